//! Who may do what with a file, a folder or this process on Windows: access lists, where Unix has permission bits.

use std::ffi::{OsStr, c_void};
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{FromRawHandle, RawHandle};
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Foundation::{CloseHandle, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetTokenInformation, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, SetKernelObjectSecurity,
    TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE, FILE_SHARE_READ,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// A new file that nobody but this user and the system may open, to be written to. A drive that knows no access lists (FAT) takes it all
/// the same.
///
/// # Errors
/// As the standard library's `create_new`.
pub fn create_file_for_owner(path: &Path) -> io::Result<File> {
    let (path, rights) = (wide(path)?, Rights::of_plaintext()?);
    let share = FILE_SHARE_READ | FILE_SHARE_DELETE;
    let attributes = rights.attributes();
    // SAFETY: path and attributes live through the call, and the path ends in a zero.
    let handle = unsafe {
        let made = CREATE_NEW;
        CreateFileW(path.as_ptr(), GENERIC_WRITE, share, &attributes, made, FILE_ATTRIBUTE_NORMAL, null_mut())
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system has just made this handle for us, so nobody else owns it.
    Ok(unsafe { File::from_raw_handle(handle as RawHandle) })
}

/// A new folder that nobody but this user and the system may look into, and so with what is made in it.
///
/// # Errors
/// As the standard library's `create_dir`.
pub fn create_folder_for_owner(path: &Path) -> io::Result<()> {
    let (path, rights) = (wide(path)?, Rights::of_plaintext()?);
    let attributes = rights.attributes();
    // SAFETY: as above.
    if unsafe { CreateDirectoryW(path.as_ptr(), &attributes) } == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Lets other programs of the same user end this process and ask whether it still runs, and not read its memory. Administrators can do so
/// in any case. Failing changes nothing.
pub fn keep_memory_to_itself() {
    /// `PROCESS_TERMINATE`, `PROCESS_QUERY_LIMITED_INFORMATION`, `SYNCHRONIZE`; the owner's right to change these is not among them.
    const RIGHTS: &str = "D:P(A;;0x101001;;;OW)(A;;0x101001;;;SY)";
    if let Ok(rights) = Rights::new(RIGHTS) {
        // SAFETY: the description lives through the call, and the handle of this process is always open.
        unsafe { SetKernelObjectSecurity(GetCurrentProcess(), DACL_SECURITY_INFORMATION, rights.0) };
    }
}

/// A path as the system takes it: one that is too long for the old limits in the form that has none.
fn wide(path: &Path) -> io::Result<Vec<u16>> {
    /// What `CreateDirectoryW` takes, in units.
    const OLD_LIMIT: usize = 247;
    let units = |text: &OsStr| text.encode_wide().collect::<Vec<u16>>();
    let mut wide = units(path.as_os_str());
    if wide.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let whole = std::path::absolute(path)?;
    let text = units(whole.as_os_str());
    if text.len() > OLD_LIMIT && !whole.as_os_str().as_encoded_bytes().starts_with(br"\\?\") {
        let (prefix, rest) = match text.strip_prefix(units(OsStr::new(r"\\")).as_slice()) {
            Some(share) => (r"\\?\UNC\", share),
            None => (r"\\?\", text.as_slice()),
        };
        wide = [units(OsStr::new(prefix)).as_slice(), rest].concat();
    }
    wide.push(0);
    Ok(wide)
}

/// A security descriptor, as the system allocated it.
struct Rights(PSECURITY_DESCRIPTOR);

impl Rights {
    /// Of what is in the clear. The user is named and not only the owner: what an elevated administrator makes belongs to a group, and
    /// must still open without elevation.
    fn of_plaintext() -> io::Result<Rights> {
        let user = user()?;
        Rights::new(&format!("D:P(A;OICI;FA;;;{user})(A;OICI;FA;;;OW)(A;OICI;FA;;;SY)"))
    }

    fn new(text: &str) -> io::Result<Rights> {
        let text: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut made = null_mut();
        // SAFETY: the text ends in a zero and lives through the call; the system writes one pointer.
        let done = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(text.as_ptr(), SDDL_REVISION_1, &mut made, null_mut())
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(Rights(made)) }
    }

    /// To be used while `self` lives.
    fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: self.0,
            bInheritHandle: 0,
        }
    }
}

impl Drop for Rights {
    fn drop(&mut self) {
        // SAFETY: the system allocated it for us with the function that this one belongs to.
        unsafe { LocalFree(self.0) };
    }
}

/// This user's identity as text (`S-1-5-…`).
fn user() -> io::Result<String> {
    // Room for the structure and the longest identity, aligned for both.
    let mut room = [0_u64; 32];
    let mut len = size_of_val(&room) as u32;
    let mut text = null_mut();
    // SAFETY: each call fills what it is given within the length that it is told; the token is closed once; the identity points into
    // `room`, which lives through its use; the text ends in a zero and is read before it is given back.
    unsafe {
        let mut token: HANDLE = null_mut();
        if OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) == 0 {
            return Err(io::Error::last_os_error());
        }
        let found = GetTokenInformation(token, TokenUser, room.as_mut_ptr().cast::<c_void>(), len, &mut len);
        CloseHandle(token);
        if found == 0 || ConvertSidToStringSidW((*room.as_ptr().cast::<TOKEN_USER>()).User.Sid, &mut text) == 0 {
            return Err(io::Error::last_os_error());
        }
        let len = (0..).take_while(|place| *text.add(*place) != 0).count();
        let user = String::from_utf16_lossy(std::slice::from_raw_parts(text, len));
        LocalFree(text.cast());
        Ok(user)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use windows_sys::Win32::Security::Authorization::{
        ConvertSecurityDescriptorToStringSecurityDescriptorW, GetNamedSecurityInfoW, SE_FILE_OBJECT,
    };

    use super::*;

    /// The access list of what stands at `path`.
    fn list_of(path: &Path) -> String {
        let path = wide(path).unwrap();
        let (mut found, mut text) = (null_mut(), null_mut());
        // SAFETY: path and pointers live through the calls; what the system allocated is read before it is given back.
        unsafe {
            let (none, wanted) = (null_mut(), DACL_SECURITY_INFORMATION);
            let code = GetNamedSecurityInfoW(
                path.as_ptr(),
                SE_FILE_OBJECT,
                wanted,
                none,
                none,
                none.cast(),
                none.cast(),
                &mut found,
            );
            assert_eq!(code, 0);
            let made = ConvertSecurityDescriptorToStringSecurityDescriptorW(
                found,
                SDDL_REVISION_1,
                wanted,
                &mut text,
                null_mut(),
            );
            assert_ne!(made, 0);
            let len = (0..).take_while(|place| *text.add(*place) != 0).count();
            let list = String::from_utf16_lossy(std::slice::from_raw_parts(text, len));
            LocalFree(text.cast());
            LocalFree(found);
            list
        }
    }

    /// Neither everyone (`WD`), nor whoever signed in (`AU`), nor the machine's users (`BU`) stand in a list.
    fn is_for_owner(list: &str) -> bool {
        !["WD", "AU", "BU"].iter().any(|group| list.contains(&format!(";{group})")))
    }

    #[test]
    fn what_is_in_the_clear_opens_for_its_owner_alone() {
        let folder = std::env::temp_dir().join(format!("breakglass-rights-{}", std::process::id()));
        create_folder_for_owner(&folder).unwrap();
        let path = folder.join("card.txt");
        create_file_for_owner(&path).unwrap().write_all(b"secret").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"secret", "its owner reads it");
        for path in [&folder, &path] {
            let list = list_of(path);
            assert!(is_for_owner(&list), "{}: {list}", path.display());
        }
        assert_eq!(create_file_for_owner(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(create_folder_for_owner(&folder).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_path_beyond_the_old_limit_is_taken() {
        let folder = std::env::temp_dir().join(format!("breakglass-long-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let deep = folder.join("x".repeat(120)).join("y".repeat(120));
        create_folder_for_owner(deep.parent().unwrap()).unwrap();
        create_folder_for_owner(&deep).unwrap();
        create_file_for_owner(&deep.join("card.txt")).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn other_programs_of_the_user_cannot_read_the_process() {
        use windows_sys::Win32::System::Threading::{GetCurrentProcessId, OpenProcess, PROCESS_VM_READ};
        keep_memory_to_itself();
        // SAFETY: takes numbers; what is opened is closed.
        let opened = unsafe { OpenProcess(PROCESS_VM_READ, 0, GetCurrentProcessId()) };
        assert!(opened.is_null());
        assert_eq!(io::Error::last_os_error().kind(), io::ErrorKind::PermissionDenied);
    }
}
