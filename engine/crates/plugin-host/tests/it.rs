//! Plugins in a hub: what becomes of it when they misbehave, end the process, or are replaced.

mod it {
    mod crash;
    mod events;
    mod fixture;
    mod pages;
    mod sins;
    mod upgrade;
}
