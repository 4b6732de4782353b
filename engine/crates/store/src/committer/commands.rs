//! What each command does to the batch, and what it is for it.

use super::Committer;
use crate::CHUNK_BYTES;
use crate::apply::{Batch, Waiting};
use crate::command::{Answer, Change, Command, Disposition, Moving, PluginCommand, StagingCommand};
use crate::error::CommitError;

impl Committer {
    pub(super) fn apply(&mut self, batch: &mut Batch<'_>, command: Command) {
        match command {
            Command::Accept { envelope, answer } => self.accept(batch, envelope, answer),
            Command::Change { envelope, change, actor, answer } => {
                let outcome = batch.change(&envelope, change, actor);
                match (answer, outcome) {
                    (Some(answer), outcome) => {
                        answer_later(batch, answer, outcome, Waiting::Changed);
                    }
                    // What was removed meanwhile is nobody's any more.
                    (None, Ok(_) | Err(CommitError::Purged)) => {}
                    (None, Err(error)) => {
                        tracing::error!(envelope = %envelope.number, %error, "change not recorded");
                    }
                }
            }
            Command::RunDue { limit, answer } => {
                let outcome = batch.run_due(limit).map_err(CommitError::Read);
                answer_later(batch, answer, outcome, Waiting::Due);
            }
            Command::MovePending { from, to, which, actor, answer } => {
                let moved = match which {
                    Moving::AddressedTo(to_id) => batch.move_pending((from, to), to_id, &actor),
                    Moving::These(numbers) => batch.move_these((from, to), &numbers, &actor),
                };
                answer_later(batch, answer, moved, Waiting::Moved);
            }
            Command::UpdateTold { connection, sequence, given_up, answer } => {
                let told = batch.update_told(connection, sequence, given_up.as_deref());
                let told = told.map_err(CommitError::Read);
                answer_later(batch, answer, told, |answer, ()| Waiting::Done(answer));
            }
            Command::Plugin(command) => apply_plugin(batch, command),
            Command::PutConnection { connection, events, answer } => {
                batch.put_connection(&connection);
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::PutRule { rule, events, answer } => {
                batch.put_rule(&rule);
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::PutCodeLists { lists, events, answer } => {
                lists.iter().for_each(|list| batch.put_code_list(list));
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::Audit { write, events, answer } => {
                batch.audit(&write);
                events.into_iter().for_each(|event| batch.record(event));
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::Record { event } => batch.record(*event),
            Command::Staging(command) => self.apply_staging(batch, command),
            Command::Resume { actor, answer } => {
                batch.resume(actor);
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::AcceptClock { actor, answer } => {
                self.clock_guard.accept(&*self.writer.clock);
                batch.accept_clock(actor, self.clock_guard.stepped());
                batch.waiting.push(Waiting::Done(answer));
            }
            Command::Close => {}
        }
    }

    /// What is done for contents that come ahead of their envelopes.
    fn apply_staging(&mut self, batch: &mut Batch<'_>, command: StagingCommand) {
        match command {
            StagingCommand::Begin { bytes, answer } => {
                let id = self.stage(batch, bytes);
                batch.waiting.push(Waiting::Staged(answer, id));
            }
            StagingCommand::Chunk { id, chunk, piece, answer } => {
                let put = self.put_staged(batch, (id, chunk), &piece);
                answer_later(batch, answer, put, |answer, ()| Waiting::Done(answer));
            }
            StagingCommand::Abandon => self.remove_abandoned(batch),
        }
    }
}

/// What is done for plugins.
fn apply_plugin(batch: &mut Batch<'_>, command: PluginCommand) {
    match command {
        PluginCommand::Settle { number, outcome, actor, answer } => {
            let settled = batch.settle(number, outcome, &actor);
            answer_later(batch, answer, settled, Waiting::Settled);
        }
        PluginCommand::Id { name, answer } => {
            let id = batch.plugin_id(&name);
            batch.waiting.push(Waiting::PluginId(answer, id));
        }
        PluginCommand::Gates { plugin, gates, answer } => {
            batch.put_plugin_gates(plugin, &gates);
            batch.waiting.push(Waiting::Done(answer));
        }
        PluginCommand::Write { plugin, write, answer } => {
            let written = batch.plugin_write(plugin, write).map_err(CommitError::Read);
            answer_later(batch, answer, written, Waiting::PluginWritten);
        }
    }
}

/// An answer once the batch is synced, or the error at once: then nothing is written for it.
fn answer_later<T>(
    batch: &mut Batch<'_>,
    answer: Answer<T>,
    result: Result<T, CommitError>,
    waiting: impl FnOnce(Answer<T>, T) -> Waiting,
) {
    match result {
        Ok(outcome) => batch.waiting.push(waiting(answer, outcome)),
        Err(error) => drop(answer.send(Err(error))),
    }
}

pub(super) fn refuse(command: Command, error: &CommitError) {
    match command {
        Command::Accept { answer, .. } => drop(answer.send(Err(error.clone()))),
        Command::Change { answer: Some(answer), .. } => drop(answer.send(Err(error.clone()))),
        Command::RunDue { answer, .. } => drop(answer.send(Err(error.clone()))),
        Command::MovePending { answer, .. } => drop(answer.send(Err(error.clone()))),
        Command::Plugin(command) => refuse_plugin(command, error),
        Command::Staging(StagingCommand::Begin { answer, .. }) => {
            drop(answer.send(Err(error.clone())));
        }
        Command::Staging(StagingCommand::Chunk { answer, .. })
        | Command::UpdateTold { answer, .. }
        | Command::Resume { answer, .. }
        | Command::PutConnection { answer, .. }
        | Command::PutRule { answer, .. }
        | Command::PutCodeLists { answer, .. }
        | Command::Audit { answer, .. }
        | Command::AcceptClock { answer, .. } => {
            drop(answer.send(Err(error.clone())));
        }
        Command::Change { answer: None, .. }
        | Command::Record { .. }
        | Command::Staging(StagingCommand::Abandon)
        | Command::Close => {}
    }
}

fn refuse_plugin(command: PluginCommand, error: &CommitError) {
    match command {
        PluginCommand::Gates { answer, .. } => drop(answer.send(Err(error.clone()))),
        PluginCommand::Id { answer, .. } => drop(answer.send(Err(error.clone()))),
        PluginCommand::Settle { answer, .. } => drop(answer.send(Err(error.clone()))),
        PluginCommand::Write { answer, .. } => drop(answer.send(Err(error.clone()))),
    }
}

/// Bytes that a command adds to its batch, nearly.
pub(super) fn weight(command: &Command) -> usize {
    match command {
        Command::Accept { envelope, .. } if envelope.content.raw.len() <= CHUNK_BYTES => {
            envelope.content.raw.len() + COMMAND_BYTES
        }
        Command::Staging(StagingCommand::Chunk { piece, .. }) => piece.len() + COMMAND_BYTES,
        Command::Plugin(PluginCommand::Write { write, .. }) => write.weight() + COMMAND_BYTES,
        _ => COMMAND_BYTES,
    }
}

/// Whether a command looks at nothing but what an [`Overlay`](crate::apply::Overlay) tells of the
/// batch before, where nothing is held for plugins: then that batch need not be on disk.
pub(super) fn is_plain(command: &Command) -> bool {
    match command {
        Command::Accept { envelope, .. } => {
            !matches!(envelope.disposition, Disposition::Hold { .. })
                && envelope.content.raw.len() <= CHUNK_BYTES
        }
        Command::Change { change, .. } => {
            matches!(change, Change::Acknowledge(_) | Change::Release | Change::HandOver { .. })
        }
        Command::Record { .. } | Command::Staging(_) => true,
        _ => false,
    }
}

/// What a command writes beside content: records, queue entries, event.
const COMMAND_BYTES: usize = 1024;
