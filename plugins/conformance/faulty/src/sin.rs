//! The sins that any hook can commit.

use std::hint;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use phytohub_plugin_sdk::{Error, Result};

use crate::config::{Hook, Sin};
use crate::{Faulty, ffi};

/// A payload of a panic whose own drop panics.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload of the panic panics");
    }
}

impl Faulty {
    /// Whether this call of the hook is one that sins.
    pub(crate) fn sins(&self, hook: Hook) -> bool {
        if self.config.hook != hook {
            return false;
        }
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let behaved = self.config.after;
        call >= behaved && (self.config.times == 0 || call - behaved < self.config.times)
    }

    /// Commits the sin, if it is one of any hook and this is the hook and the time.
    pub(crate) fn tempt(&self, hook: Hook) -> Result<()> {
        if !self.sins(hook) {
            return Ok(());
        }
        self.commit()
    }

    pub(crate) fn commit(&self) -> Result<()> {
        match self.config.sin {
            Sin::Abort => std::process::abort(),
            Sin::Error => Err(Error::internal("told to answer an error")),
            Sin::Exit => exit(),
            Sin::Hang => hang(),
            Sin::Leak => {
                let bytes = if self.config.bytes == 0 { 1 << 20 } else { self.config.bytes };
                let bytes = vec![1_u8; bytes];
                std::mem::forget(hint::black_box(bytes));
                Ok(())
            }
            Sin::Panic => panic!("told to panic"),
            Sin::PanicPayload => std::panic::panic_any(Bomb),
            Sin::Segfault => ffi::segfault(),
            Sin::Slow => {
                wait(Duration::from_millis(self.config.ms));
                Ok(())
            }
            Sin::Spin => loop {
                hint::spin_loop();
            },
            Sin::StackOverflow => {
                hint::black_box(deeper(1));
                Ok(())
            }
            Sin::ThreadLeft => {
                thread::Builder::new()
                    .name("left-behind".to_owned())
                    .spawn(|| {
                        let _never = hang();
                    })
                    .map_err(|error| Error::internal(error.to_string()))?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the sin is to end the hub's process")]
fn exit() -> ! {
    std::process::exit(0)
}

/// Never returns, whoever cancels.
fn hang() -> Result<()> {
    loop {
        thread::park();
    }
}

pub(crate) fn wait(time: Duration) {
    // Nobody unparks; a wake-up without cause only shortens it.
    thread::park_timeout(time);
}

/// Never ends, and keeps something on the stack for every level.
#[expect(unconditional_recursion, reason = "the sin is to have no end")]
fn deeper(level: u64) -> u64 {
    let kept = hint::black_box([level; 128]);
    let below = deeper(hint::black_box(level + 1));
    kept.iter().sum::<u64>() + below
}
