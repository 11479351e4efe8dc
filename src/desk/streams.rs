//! Standard input and output without the standard library's buffers: those are never freed, so a secret that went through one
//! would stay readable for as long as the program runs.

use std::fs::File;
use std::io;

/// Standard input, unbuffered.
#[cfg(unix)]
pub fn standard_input() -> io::Result<File> {
    crate::system::open_descriptor(0)
}

/// Standard output, unbuffered.
#[cfg(unix)]
pub fn standard_output() -> io::Result<File> {
    crate::system::open_descriptor(1)
}

/// Standard input, unbuffered.
#[cfg(windows)]
pub fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// Standard output, unbuffered.
#[cfg(windows)]
pub fn standard_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}
