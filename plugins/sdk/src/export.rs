//! The macro that makes a library of a plugin.

/// Exports a plugin with the traits that it offers, as the one symbol that the hub looks for:
///
/// `export_plugin!(NonCompliance: Documents, Routing, Lifecycle);`
///
/// A trait that is listed but not implemented does not compile; one that is implemented but not
/// listed is not offered. After a semicolon:
///
/// - `serial`: no two hooks of one instance run at once.
/// - `inline_safe`: `validate` is short and never blocks; the kinds say so too.
///
/// `export_plugin!(Small: Documents; serial, inline_safe);`
///
/// Once in a library of `crate-type = ["cdylib"]`; its version is the plugin's.
///
/// This one forgot a trait:
///
/// ```compile_fail,E0277
/// # use phytohub_plugin_sdk::*;
/// struct Small;
///
/// impl Plugin for Small {
///     const ID: &'static str = "small";
///     type Config = ();
///     fn create(_host: Host, (): ()) -> Result<Self, CreateError> {
///         Ok(Self)
///     }
/// }
///
/// export_plugin!(Small: Health);
/// ```
///
/// And this one has an id that no plugin may have:
///
/// ```compile_fail,E0080
/// # use phytohub_plugin_sdk::*;
/// struct Small;
///
/// impl Plugin for Small {
///     const ID: &'static str = "Small plugin";
///     type Config = ();
///     fn create(_host: Host, (): ()) -> Result<Self, CreateError> {
///         Ok(Self)
///     }
/// }
///
/// impl Health for Small {
///     fn health(&self, _call: &Call<'_>) -> Result<()> {
///         Ok(())
///     }
/// }
///
/// export_plugin!(Small: Health);
/// ```
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty : $($offer:ident),+ $(,)? $(; $($option:ident),* $(,)?)?) => {
        const _: () = {
            #[unsafe(export_name = "hub_plugin_entry_v1")]
            static ENTRY: $crate::macros::Entry =
                $crate::__entry!($plugin: $($offer),+ ; $($($option),*)?);
        };
    };
}

/// The entry of a plugin as a `&'static HubPluginEntry`, under no name: for plugins that are linked
/// into a program instead of loaded, and for tests. Takes what [`export_plugin!`] takes.
#[macro_export]
macro_rules! plugin_entry {
    ($plugin:ty : $($offer:ident),+ $(,)? $(; $($option:ident),* $(,)?)?) => {{
        static ENTRY: $crate::macros::Entry =
            $crate::__entry!($plugin: $($offer),+ ; $($($option),*)?);
        ENTRY.get()
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($plugin:ty : $($offer:ident),+ ; $($option:ident),*) => {{
        struct Export;
        impl $crate::macros::Exported for Export {
            type Plugin = $plugin;
            const VERSION: &'static str = ::core::env!("CARGO_PKG_VERSION");
            const FLAGS: u64 = 0 $(| $crate::__entry_option!($option))*;
            fn offers(offers: &mut $crate::macros::Offers<$plugin>) {
                $($crate::__entry_offer!(offers, $offer);)+
            }
        }
        const {
            ::core::assert!(
                $crate::macros::id_is_valid(<$plugin as $crate::Plugin>::ID),
                "a plugin's ID consists of 1 to 32 of a-z, 0-9 and '-'"
            );
        }
        $crate::macros::Entry::of::<Export>()
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __entry_offer {
    ($offers:ident, Documents) => {
        $offers.documents()
    };
    ($offers:ident, Routing) => {
        $offers.routing()
    };
    ($offers:ident, Lifecycle) => {
        $offers.lifecycle()
    };
    ($offers:ident, HttpRoutes) => {
        $offers.http()
    };
    ($offers:ident, Wake) => {
        $offers.wake()
    };
    ($offers:ident, Snapshot) => {
        $offers.snapshot()
    };
    ($offers:ident, Health) => {
        $offers.health()
    };
    ($offers:ident, $other:ident) => {
        ::core::compile_error!(::core::concat!(
            "no trait that a plugin can offer: ",
            ::core::stringify!($other),
            "; there are Documents, Routing, Lifecycle, HttpRoutes, Wake, Snapshot, Health"
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __entry_option {
    (serial) => {
        $crate::macros::HUB_ENTRY_SERIAL
    };
    (inline_safe) => {
        $crate::macros::HUB_ENTRY_INLINE_SAFE
    };
    ($other:ident) => {
        ::core::compile_error!(::core::concat!(
            "no option of a plugin: ",
            ::core::stringify!($other),
            "; there are serial, inline_safe"
        ))
    };
}
