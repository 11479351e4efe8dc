//! What Windows keeps as a setting of the user or of the machine; other systems have an environment variable or a file for it.

/// The language that the user reads Windows in, as a name such as `ja-JP`.
#[cfg(windows)]
pub fn user_language() -> Option<String> {
    use windows_sys::Win32::Globalization::{GetUserDefaultUILanguage, LCIDToLocaleName};
    /// `LOCALE_NAME_MAX_LENGTH`, in units.
    const LONGEST: usize = 85;
    let mut name = [0_u16; LONGEST];
    // SAFETY: the system fills at most as many units as it is told, and touches nothing else.
    let len = unsafe { LCIDToLocaleName(u32::from(GetUserDefaultUILanguage()), name.as_mut_ptr(), LONGEST as i32, 0) };
    // The length counts the zero at the end.
    let units = name.get(..usize::try_from(len).ok()?.checked_sub(1)?)?;
    String::from_utf16(units).ok()
}

/// Elsewhere the environment alone says it.
#[cfg(not(windows))]
pub fn user_language() -> Option<String> {
    None
}

/// Whether the system may move memory to a disk while it runs: more can be promised to programs than there is memory.
#[cfg(windows)]
pub fn has_page_file() -> Option<bool> {
    use windows_sys::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX};
    let mut memory = MEMORYSTATUSEX { dwLength: size_of::<MEMORYSTATUSEX>() as u32, ..MEMORYSTATUSEX::default() };
    // SAFETY: the system fills the structure, whose size it is told.
    let told = unsafe { GlobalMemoryStatusEx(&mut memory) } != 0;
    told.then_some(memory.ullTotalPageFile > memory.ullTotalPhys)
}

/// Elsewhere there is none, or another way to tell.
#[cfg(not(windows))]
pub fn has_page_file() -> Option<bool> {
    None
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn windows_says_in_which_language_it_is_read() {
        let name = user_language().expect("a language");
        assert!(name.len() >= 2 && name.is_ascii(), "{name}");
    }

    #[test]
    fn windows_says_whether_it_has_a_page_file() {
        assert!(has_page_file().is_some());
    }
}
