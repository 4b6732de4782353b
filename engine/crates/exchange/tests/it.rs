//! The hub's behaviour, without sockets: requests as bytes, answers as headers.

mod it {
    mod access;
    mod admin;
    mod audit;
    mod backup;
    mod codes;
    mod deliver;
    mod fair_use;
    mod fixture;
    mod gate;
    mod plugin_acts;
    mod plugin_stub;
    mod push;
    mod recall;
    mod receive;
    mod replay;
    mod response;
    mod settings;
    mod simulation;
    mod standing;
    mod typed;
    mod validate;
}
