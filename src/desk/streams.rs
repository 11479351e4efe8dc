//! Standard input and output without the standard library's buffers: those are never freed, so a secret that went through one
//! would stay readable for as long as the program runs.

use std::fs::File;
#[cfg(windows)]
use std::io::IsTerminal;
use std::io::{self, Write};

/// Standard input, unbuffered.
#[cfg(unix)]
pub fn standard_input() -> io::Result<File> {
    crate::system::open_descriptor(0)
}

/// Standard output, unbuffered.
#[cfg(unix)]
pub fn standard_output() -> io::Result<Box<dyn Write>> {
    Ok(Box::new(crate::system::open_descriptor(1)?))
}

/// Standard input, unbuffered.
#[cfg(windows)]
pub fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// Standard output, unbuffered. A console would take bytes for characters of its own code page: it is given the characters.
#[cfg(windows)]
pub fn standard_output() -> io::Result<Box<dyn Write>> {
    use std::os::windows::io::AsHandle;
    let output = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    if output.is_terminal() {
        return Ok(Box::new(crate::system::console::ConsoleScreen::on(output)?));
    }
    Ok(Box::new(output))
}
