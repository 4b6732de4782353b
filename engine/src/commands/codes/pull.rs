//! `phytohub codes pull`: the lists of another hub, by its own ten operations.

use phytohub_client::{
    AddressPolicy, CallError, ClientConfig, Identity, Outcome, ServerTrust, SoapClient,
};
use phytohub_domain::{Clock as _, ErrorKind};
use phytohub_schemas::code_list::CodeList;
use phytohub_server::SystemClock;
use phytohub_wire::soap::client::{ClientReply, code_list};
use phytohub_wire::soap::{CodeListOperation, Operation};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;

use super::difference::Difference;
use super::pulled::Pulled;
use super::{CodesError, export, import, imported, read_file};
use crate::cli::{AdminArgs, PullArgs};
use crate::commands::admin::{AskError, Desk};
use crate::output::line;

/// Pulls, tells and, unless only asked to tell, imports.
pub(super) async fn run(
    desk: &mut Desk,
    admin: &AdminArgs,
    args: &PullArgs,
) -> Result<(), CodesError> {
    let operations = operations(&args.only)?;
    let client = client(args)?;
    let mut failed = None;
    for operation in operations {
        let reply = client.call(operation.operation(), code_list(operation)).await;
        let told = match reply {
            Ok(ClientReply::CodeList(told)) if told.operation == operation => told,
            Ok(_) => return Err(AskError::OtherAnswer.into()),
            Err(source) => {
                // One list that the other hub does not tell need not keep the rest from coming.
                let goes_on = source.outcome() == Outcome::Answered;
                let error = error(operation.operation(), source);
                if !goes_on {
                    return Err(error);
                }
                failed = Some(error);
                continue;
            }
        };
        let name = operation.list().as_str();
        let ours = in_force(desk, name).await?;
        let edition = SystemClock::new().now().to_string();
        let edition = format!("pulled {}", edition.get(..10).unwrap_or(&edition));
        let source = format!("{} {}", args.url, operation.operation());
        let pulled = Pulled::new(&told, ours.as_ref(), &source, &edition)
            .map_err(|source| CodesError::List { origin: name.to_owned(), source })?;
        settle(desk, admin, args, ours.as_ref(), &pulled).await?;
    }
    failed.map_or(Ok(()), Err)
}

/// Tells how a list differs from the one in force, and imports it if it does.
async fn settle(
    desk: &mut Desk,
    admin: &AdminArgs,
    args: &PullArgs,
    ours: Option<&CodeList>,
    pulled: &Pulled,
) -> Result<(), CodesError> {
    let list = &pulled.list;
    let difference =
        ours.map_or_else(|| Difference::from_nothing(list), |ours| Difference::between(ours, list));
    // A hub that tells nothing has nothing to say about what others know.
    let imports = !list.rows().is_empty() && !difference.is_empty() && !args.dry_run;
    let view = match imports {
        true => Some(import(desk, list.to_json(), args.from).await?),
        false => None,
    };
    let name = &list.description().name;
    if admin.json {
        let told = json!({
            "name": name,
            "rows": list.rows().len(),
            "remarks": pulled.remarks,
            "difference": difference,
            "imported": view,
        });
        return Ok(line(&told.to_string())?);
    }
    let outcome = match &view {
        _ if list.rows().is_empty() => "it tells no row, ours stays".to_owned(),
        None => difference.summary(),
        Some(view) => format!("{}; imported: {}", difference.summary(), imported(view)),
    };
    line(&format!("{name}: {outcome}"))?;
    for remark in &pulled.remarks {
        line(&format!("  {}", phytohub_telemetry::Escaped(remark)))?;
    }
    if list.rows().is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = difference.lines().collect();
    for told in lines.iter().take(LINES_MAX) {
        line(&format!("  {told}"))?;
    }
    if lines.len() > LINES_MAX {
        let more = lines.len() - LINES_MAX;
        line(&format!("  and {more} more: --json tells all, 'codes diff' compares revisions"))?;
    }
    Ok(())
}

async fn in_force(desk: &mut Desk, name: &str) -> Result<Option<CodeList>, CodesError> {
    match export(desk, name, None).await {
        Ok(text) => CodeList::read(&text)
            .map(Some)
            .map_err(|source| CodesError::List { origin: name.to_owned(), source }),
        Err(CodesError::Ask(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// All ten, or those whose lists are named.
fn operations(only: &[String]) -> Result<Vec<CodeListOperation>, CodesError> {
    if only.is_empty() {
        return Ok(CodeListOperation::ALL.to_vec());
    }
    let find = |name: &String| {
        let found = CodeListOperation::ALL.into_iter().find(|one| one.list().as_str() == name);
        found.ok_or_else(|| CodesError::NoSuchList { name: name.clone() })
    };
    only.iter().map(find).collect()
}

fn client(args: &PullArgs) -> Result<SoapClient, CodesError> {
    let (certificate, key) = (read_file(&args.cert)?, read_file(&args.key)?);
    let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes())
        .map_err(|source| CodesError::Identity { file: args.cert.clone(), source })?;
    let trust = match (&args.ca, args.pin) {
        (_, Some(pin)) => ServerTrust::Key(pin),
        (Some(file), None) => {
            let text = read_file(file)?;
            let authorities = CertificateDer::pem_slice_iter(text.as_bytes());
            // What is no certificate in it is left out; a file without any is refused below.
            ServerTrust::Authorities(authorities.filter_map(Result::ok).collect())
        }
        (None, None) => ServerTrust::Public,
    };
    Ok(SoapClient::new(ClientConfig {
        identity: Some(identity),
        // Whoever may give this command stands inside the network already.
        addresses: AddressPolicy::any(),
        reply_bytes_max: LIST_BYTES_MAX,
        ..ClientConfig::new(args.url.clone(), trust)
    })?)
}

fn error(operation: Operation, source: CallError) -> CodesError {
    CodesError::Call { operation, source: Box::new(source) }
}

/// Differences of one list that are shown to a person.
const LINES_MAX: usize = 20;
/// The most rows of a list (20,000) with a KiB of text and markup each, with room.
const LIST_BYTES_MAX: usize = 32 << 20;
