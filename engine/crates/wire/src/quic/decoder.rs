//! Cuts a stream into frames, however its bytes arrive.

use bytes::{Buf as _, Bytes, BytesMut};

use super::{FIELDS_BYTES_MAX, Frame, FrameError, Head};

/// What comes next in a stream.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a frame has these two parts")]
pub enum Event {
    /// A frame. If its head announces content, that follows.
    Frame(Frame),
    /// A piece of the content of the last frame: a range of the input, never empty.
    Content {
        /// The piece.
        piece: Bytes,
        /// Whether nothing is left of the content.
        last: bool,
    },
}

/// Cuts one direction of a stream into frames. Holds a head or the fields of one frame at most.
#[derive(Debug, Default)]
pub struct Decoder(State);

#[derive(Debug)]
enum State {
    Head { bytes: [u8; Head::BYTES], have: usize },
    Fields { head: Head, have: BytesMut },
    Content { left: u64 },
}

impl Default for State {
    fn default() -> Self {
        Self::Head { bytes: [0; Head::BYTES], have: 0 }
    }
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What comes next, taken from `input`; nothing if all of it was taken and more is needed.
    ///
    /// # Errors
    /// When the stream cannot be read any further.
    pub fn next(&mut self, input: &mut Bytes) -> Result<Option<Event>, FrameError> {
        loop {
            match &mut self.0 {
                State::Head { bytes, have } => {
                    let place = bytes.get_mut(*have..).unwrap_or_default();
                    let taken = place.len().min(input.len());
                    input.split_to(taken).copy_to_slice(place.get_mut(..taken).unwrap_or_default());
                    *have += taken;
                    if *have < Head::BYTES {
                        return Ok(None);
                    }
                    let head = Head::read(bytes);
                    if head.fields as usize > FIELDS_BYTES_MAX {
                        return Err(FrameError::PeerSentTooManyFields { bytes: head.fields });
                    }
                    self.0 = State::Fields { head, have: BytesMut::new() };
                }
                State::Fields { head, have } => {
                    let (head, missing) = (*head, head.fields as usize - have.len());
                    let fields = if input.len() < missing {
                        // Grows with what arrives: an announcement alone costs nothing.
                        have.extend_from_slice(&input.split_to(input.len()));
                        return Ok(None);
                    } else if have.is_empty() {
                        input.split_to(missing)
                    } else {
                        have.extend_from_slice(&input.split_to(missing));
                        have.split().freeze()
                    };
                    self.0 = match head.content {
                        0 => State::default(),
                        left => State::Content { left },
                    };
                    return Ok(Some(Event::Frame(Frame { head, fields })));
                }
                State::Content { left } => {
                    if input.is_empty() {
                        return Ok(None);
                    }
                    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    let piece = input.split_to(taken);
                    *left -= taken as u64;
                    let last = *left == 0;
                    if last {
                        self.0 = State::default();
                    }
                    return Ok(Some(Event::Content { piece, last }));
                }
            }
        }
    }

    /// Whether the stream may end here.
    ///
    /// # Errors
    /// When it stands inside a frame.
    pub fn finish(&self) -> Result<(), FrameError> {
        match self.0 {
            State::Head { have: 0, .. } => Ok(()),
            _ => Err(FrameError::PeerEndedTooSoon),
        }
    }
}

/// Where the bytes of one direction of a stream come from.
pub trait Source {
    /// Why they end, or cannot be read as frames.
    type Error: From<FrameError>;

    /// The next ones, however long it takes; nothing at the stream's end. Nothing is lost if this is
    /// dropped.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, Self::Error>> + Send;
}

/// One direction of a stream, cut into frames as it comes.
#[derive(Debug)]
pub struct Frames<S> {
    source: S,
    decoder: Decoder,
    rest: Bytes,
}

impl<S: Source> Frames<S> {
    /// From the stream's beginning.
    pub fn new(source: S) -> Self {
        Self { source, decoder: Decoder::new(), rest: Bytes::new() }
    }

    /// Where the bytes come from.
    pub const fn source(&mut self) -> &mut S {
        &mut self.source
    }

    /// What comes next; nothing at the stream's end. Nothing is lost if this is dropped.
    ///
    /// # Errors
    /// When the stream cannot be read any further.
    pub async fn event(&mut self) -> Result<Option<Event>, S::Error> {
        loop {
            if let Some(event) = self.decoder.next(&mut self.rest)? {
                return Ok(Some(event));
            }
            match self.source.chunk().await? {
                Some(chunk) => self.rest = chunk,
                None => {
                    self.decoder.finish()?;
                    return Ok(None);
                }
            }
        }
    }
}
