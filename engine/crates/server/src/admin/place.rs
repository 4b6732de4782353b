//! Where the admin socket lies, and who else might be there.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;
use tokio::net::{UnixListener, UnixStream};

/// The admin socket cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BindAdminError {
    /// The file system refuses.
    #[error("the admin socket cannot be made path={}", path.display())]
    FileSystem {
        /// Directory or socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something else lies in its place.
    #[error("where the admin socket belongs lies something else: remove it path={}", path.display())]
    NotASocket {
        /// The socket's path.
        path: PathBuf,
    },
    /// Others can reach into the directory.
    #[error(
        "the directory of the admin socket must be the hub's own, with mode 0700 path={} mode={mode:o}",
        path.display()
    )]
    OpenDirectory {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A hub runs here.
    #[error("a hub already runs with this admin socket path={}", path.display())]
    Running {
        /// The socket's path.
        path: PathBuf,
    },
    /// The kernel's address has no room for the path.
    #[error(
        "the path of the admin socket has more than {PATH_BYTES_MAX} bytes: choose another socket_dir path={}",
        path.display()
    )]
    TooLong {
        /// The socket's path.
        path: PathBuf,
    },
}

/// The socket's path in its directory.
pub(super) fn socket_path(directory: &Path) -> PathBuf {
    directory.join("admin.sock")
}

pub(super) async fn bind(directory: &Path) -> Result<(UnixListener, PathBuf), BindAdminError> {
    let path = socket_path(directory);
    if path.as_os_str().len() > PATH_BYTES_MAX {
        return Err(BindAdminError::TooLong { path });
    }
    own_directory(directory)?;
    remove_stale(&path).await?;
    let error = |source| BindAdminError::FileSystem { path: path.clone(), source };
    let listener = UnixListener::bind(&path).map_err(error)?;
    // Until here only the directory kept others out.
    fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(error)?;
    Ok((listener, path))
}

fn own_directory(path: &Path) -> Result<(), BindAdminError> {
    let error = |source| BindAdminError::FileSystem { path: path.to_owned(), source };
    match DirBuilder::new().mode(0o700).create(path) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => return Err(error(source)),
        _ => {}
    }
    let metadata = fs::metadata(path).map_err(error)?;
    let mode = metadata.mode() & 0o7777;
    let own = metadata.uid() == rustix::process::geteuid().as_raw();
    if metadata.is_dir() && own && mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(BindAdminError::OpenDirectory { path: path.to_owned(), mode })
    }
}

/// Takes away the socket of a hub that is no more.
async fn remove_stale(path: &Path) -> Result<(), BindAdminError> {
    let error = |source| BindAdminError::FileSystem { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(error(source)),
        Ok(metadata) if !metadata.file_type().is_socket() => {
            return Err(BindAdminError::NotASocket { path: path.to_owned() });
        }
        Ok(_) => {}
    }
    match UnixStream::connect(path).await {
        Err(source) if source.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(error)
        }
        Err(source) => Err(error(source)),
        Ok(_) => Err(BindAdminError::Running { path: path.to_owned() }),
    }
}

/// `sockaddr_un` has 108 bytes, the last one zero.
const PATH_BYTES_MAX: usize = 107;
