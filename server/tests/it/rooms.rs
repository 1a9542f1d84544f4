//! The rooms of the crates: which modules there are, from the top down, and which of those below it each
//! uses. A module that stands here by itself, such as `page::list::row`, is no part of the one around it.

pub(crate) const APP: &str = "
    page -> page::document
    page::document -> page::app page::route client::page_data client::list_view service words platform error model
    page::app -> page::list page::not_found page::landing page::route client::page_data
    page::list -> page::list::entry page::list::row page::list::view page::list::panels page::not_found page::route page::parts client::connection client::recent client::storage client::page_data client::list_view client::session client::notices api outline words platform error html model
    page::list::entry -> page::list::panels page::parts page::text client::session outline words platform html model
    page::list::row -> page::list::view page::list::panels page::parts page::text client::session client::notices words platform html model
    page::list::view -> page::list::panels page::route page::parts page::text client::list_view client::session words platform model
    page::list::panels -> client::session client::notices platform
    page::not_found -> page::parts client::recent client::storage words platform
    page::landing -> page::parts client::recent words platform
    page::route -> platform
    page::parts -> words platform html
    page::text -> platform html model
    client
    client::connection -> client::recent client::session api platform error model
    client::recent -> client::storage client::list_view platform
    client::storage -> client::session client::notices client::refusals client::typed model
    client::page_data -> client::list_view error model
    client::list_view -> platform
    client::session -> client::notices client::refusals client::collection outline words platform error model
    client::notices -> client::refusals client::typed words platform model
    client::refusals -> platform model
    client::typed -> words model
    client::collection
    api -> service outline platform error codec model
    service -> error model
    outline -> model
    words -> platform error model
    platform -> error model
    error -> codec
    codec
    html
    model
";

pub(crate) const SERVER: &str = "
    server -> client clock config connections disk follow health hub rates router service signature site socket state store
    router -> auth client health middleware pages problem rest rpc site socket state
    connections -> client problem rpc
    middleware -> client memory pages problem public_url rates rpc turns
    auth -> body client problem socket state
    rest -> body client problem state
    rpc -> body client pages problem state
    pages -> background client memory problem site state turns
    state -> client health rates socket
    health -> problem store
    body -> client memory
    memory -> client
    socket -> client hub problem signature store
    follow -> hub store
    service -> clock disk store
    store -> background client clock hub turns
    hub
    site
    rates -> client config
    turns -> client
    client -> config public_url
    config -> public_url
    public_url
    problem
    signature
    disk
    clock
    background
";
