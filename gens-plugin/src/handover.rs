//! How the operator hands a country over to its first administrator: by a file with a name and a
//! password that is good for one log-in. When that has been used, the file goes; a file that was
//! lost before is written anew at the next start, with another password.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::service::{Gens, ServiceError, TenantCard};

/// Writes a file below the plugin's data for every tenant whose first administrator is waited for.
///
/// # Errors
///
/// See [`HandOverError`].
pub fn hand_over(gens: &Gens, data: &Path) -> Result<(), HandOverError> {
    let directory = data.join(DIRECTORY);
    for tenant in gens.tenants()? {
        let file = directory.join(&tenant.code);
        if !file.exists() {
            write_anew(gens, &tenant, &directory)?;
        } else if gens.has_begun(&tenant.code)? {
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}

fn write_anew(gens: &Gens, tenant: &TenantCard, directory: &Path) -> Result<(), HandOverError> {
    let code = &*tenant.code;
    let made = gens.create_first_administrator(code, NAME, FULL_NAME)?;
    let Some(password) = made else { return Ok(()) };
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let file = directory.join(code);
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
    let password = password.reveal();
    write!(opened, "country   {code}\nname      {NAME}\npassword  {password}\n")?;
    opened.sync_all()?;
    let file = file.display();
    tracing::warn!(tenant = code, %file, "the first administrator's password lies in a file");
    Ok(())
}

/// Why a country cannot be handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandOverError {
    /// The file.
    #[error("the file with the first administrator's password cannot be written or removed")]
    File(#[from] io::Error),
    /// The database.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Below the plugin's data.
const DIRECTORY: &str = "first-password";
const NAME: &str = "admin";
const FULL_NAME: &str = "Administrator";
