//! The thread that judges: when, what, and whom to tell.
//!
//! Changes come in faster than they can be judged. They are judged together, at most once in [`PAUSE`], or at once when something is
//! asked, so that every answer speaks of the text that the editor has.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use gen_lsp_types::{CodeActionParams, HoverParams, Uri};
use lsp_server::{ErrorCode, RequestId};
use rayon::iter::ParallelIterator;

use super::diagnostics::{self, Told};
use super::documents::Documents;
use super::outbox::Outbox;
use super::position::Encoding;
use super::{Options, actions, hover};
use crate::Failure;
use crate::commands::in_charge::InCharge;
use crate::inputs::{self, Inputs};
use crate::lint::Settings;
use crate::located::{self, Located};
use crate::unit::Unit;
use crate::unsaved::Unsaved;

/// How long changes are gathered.
const PAUSE: Duration = Duration::from_millis(150);

/// What matters of the editor's abilities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// Whether it takes edits that name the version they are for.
    pub(super) versioned_edits: bool,
}

/// News from the editor.
#[derive(Debug, Default)]
pub(super) struct Update {
    pub(super) documents: Option<Documents>,
    pub(super) folders: Option<Vec<PathBuf>>,
    /// Whether the disk may be another than before: files, configuration, baselines.
    pub(super) looks_again: bool,
}

/// Something to be answered.
#[derive(Debug)]
pub(super) enum Question {
    Hover(Box<HoverParams>),
    Actions(Box<CodeActionParams>),
}

enum Job {
    Update(Update),
    Question(RequestId, Question),
}

/// Requests without an answer yet, and whether the editor still wants one.
type Wanted = Arc<Mutex<HashMap<RequestId, bool>>>;

fn lock(wanted: &Wanted) -> MutexGuard<'_, HashMap<RequestId, bool>> {
    wanted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The other end of the thread.
#[derive(Debug)]
pub(super) struct Judge {
    jobs: Sender<Job>,
    wanted: Wanted,
}

impl Judge {
    /// Starts to judge. The thread ends with its handle, or with the process.
    pub(super) fn start(options: Options, client: Client, outbox: Outbox) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let wanted = Wanted::default();
        let bench = Bench {
            options,
            client,
            outbox,
            wanted: Arc::clone(&wanted),
            documents: Documents::default(),
            folders: Vec::new(),
            found: BTreeMap::new(),
            passed_over: BTreeSet::new(),
            in_charge: None,
            judgement: Judgement::default(),
            published: BTreeMap::new(),
            complaint: String::new(),
        };
        thread::spawn(move || bench.work(&waiting));
        Self { jobs, wanted }
    }

    // The thread takes jobs as long as this handle is there.

    pub(super) fn update(&self, update: Update) {
        let _ = self.jobs.send(Job::Update(update));
    }

    pub(super) fn ask(&self, id: RequestId, question: Question) {
        lock(&self.wanted).insert(id.clone(), true);
        let _ = self.jobs.send(Job::Question(id, question));
    }

    pub(super) fn cancel(&self, id: &RequestId) {
        if let Some(wanted) = lock(&self.wanted).get_mut(id) {
            *wanted = false;
        }
    }
}

/// A unit with what was found in it.
#[derive(Debug)]
pub(super) struct JudgedUnit {
    pub(super) unit: Unit,
    pub(super) settings: Arc<Settings>,
    found: Vec<Located>,
}

/// What is to be said of everything that is open.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) units: Vec<JudgedUnit>,
    /// Sorted by place, without what baselines know.
    pub(super) found: Vec<Located>,
    /// Why some of it could not be judged.
    failures: Vec<Failure>,
}

impl Judgement {
    /// What was found in a file.
    pub(super) fn in_file<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = &'a Located> {
        self.found.iter().filter(move |it| it.file == path)
    }
}

/// Everything on the thread.
struct Bench {
    options: Options,
    client: Client,
    outbox: Outbox,
    wanted: Wanted,
    documents: Documents,
    folders: Vec<PathBuf>,
    /// What there is in each folder that has an open document.
    found: BTreeMap<PathBuf, Inputs>,
    /// Documents that look like ours, but were not found: git ignores them, say.
    passed_over: BTreeSet<PathBuf>,
    in_charge: Option<InCharge>,
    judgement: Judgement,
    published: BTreeMap<Uri, Told>,
    /// What was shown last, which is not shown again.
    complaint: String,
}

impl Bench {
    fn work(mut self, jobs: &Receiver<Job>) {
        // When what has changed is to be judged, if something has.
        let mut due: Option<Instant> = None;
        loop {
            let job = match due {
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => jobs.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match job {
                Ok(Job::Update(update)) => {
                    let pause = if update.looks_again { Duration::ZERO } else { PAUSE };
                    let wished = Instant::now() + pause;
                    due = Some(due.map_or(wished, |due| due.min(wished)));
                    self.take(update);
                }
                Ok(Job::Question(id, question)) => {
                    if due.take().is_some() {
                        self.judge_safely();
                    }
                    self.answer(id, &question);
                }
                Err(RecvTimeoutError::Timeout) => {
                    due = None;
                    self.judge_safely();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&mut self, update: Update) {
        if let Some(documents) = update.documents {
            self.documents = documents;
        }
        if let Some(folders) = update.folders {
            self.folders = folders;
        }
        if update.looks_again {
            self.found.clear();
            self.passed_over.clear();
            self.in_charge = None;
        }
    }

    fn answer(&self, id: RequestId, question: &Question) {
        if lock(&self.wanted).remove(&id) == Some(false) {
            return self.outbox.refuse(id, ErrorCode::RequestCanceled, "the request was cancelled");
        }
        let answered = panic::catch_unwind(AssertUnwindSafe(|| match question {
            Question::Hover(params) => {
                let hover = hover::hover(&self.judgement, &self.documents, self.client.encoding, params);
                self.outbox.answer(id.clone(), &hover);
            }
            Question::Actions(params) => {
                let again = |unsaved: &Unsaved| self.look_at(unsaved).found;
                let actions = actions::actions(&self.judgement, &self.documents, self.client, params, &again);
                self.outbox.answer(id.clone(), &actions);
            }
        }));
        if let Err(panic) = answered {
            self.outbox.refuse(id, ErrorCode::InternalError, fault_of_ours(&*panic));
        }
    }

    /// Judges, and survives what should not happen: an editor that loses its server gets no more findings at all.
    fn judge_safely(&mut self) {
        if let Err(panic) = panic::catch_unwind(AssertUnwindSafe(|| self.judge())) {
            self.outbox.log(fault_of_ours(&*panic));
        }
    }

    fn judge(&mut self) {
        self.look();
        if self.in_charge.is_none() {
            match InCharge::new(self.options.config.clone(), self.options.given.clone()) {
                Ok(in_charge) => self.in_charge = Some(in_charge),
                Err(failure) => {
                    self.judgement = Judgement { failures: vec![failure], ..Judgement::default() };
                    return self.publish();
                }
            }
        }
        self.judgement = self.look_at(&self.documents.unsaved());
        self.publish();
    }

    /// Finds what there is around the open documents, as far as that is not known yet.
    fn look(&mut self) {
        let unsaved = self.documents.unsaved();
        let options = inputs::Options { unsaved, ..self.options.inputs.clone() };
        let mut found = std::mem::take(&mut self.found);
        for (path, document) in self.documents.iter() {
            // Of folders within folders the innermost.
            let folder =
                self.folders.iter().filter(|folder| path.starts_with(folder)).max_by_key(|it| it.as_os_str().len());
            let place = folder.map_or(path, PathBuf::as_path);
            let look = || match folder {
                Some(folder) => inputs::find(std::slice::from_ref(folder), &options),
                None => inputs::alone(path, &options),
            };
            let inputs = found.entry(place.to_owned()).or_insert_with(look);
            let is_new = inputs.of([path]).is_empty() && inputs::mentions_ours(&document.text);
            if is_new && !self.passed_over.contains(path) {
                // Its first word of MediaStore may just have been typed.
                *inputs = look();
                if inputs.of([path]).is_empty() {
                    self.passed_over.insert(path.to_owned());
                    // What was never saved cannot be found, and is nobody's to ignore.
                    if !path.exists() {
                        found.insert(path.to_owned(), inputs::alone(path, &options));
                    }
                }
            }
        }
        self.found = found;
    }

    /// Judges what the open documents belong to, with these texts for files.
    fn look_at(&self, unsaved: &Unsaved) -> Judgement {
        let Some(in_charge) = &self.in_charge else { return Judgement::default() };
        let mut judgement = Judgement::default();
        for inputs in self.found.values() {
            let inputs = inputs.of(self.documents.paths()).under(unsaved);
            let judged: Vec<Result<JudgedUnit, Failure>> = inputs
                .units()
                .map(|unit| {
                    let settings = in_charge.of(&unit)?;
                    let found = settings.lint_located(&unit)?;
                    Ok(JudgedUnit { unit, settings, found })
                })
                .collect();
            for unit in judged {
                match unit {
                    Ok(unit) => judgement.units.push(unit),
                    Err(failure) => judgement.failures.push(failure),
                }
            }
        }
        judgement.found = judgement.units.iter_mut().flat_map(|unit| std::mem::take(&mut unit.found)).collect();
        located::settle(&mut judgement.found);
        let baselines = in_charge.baselines();
        judgement.found.retain(|it| !baselines.iter().any(|baseline| baseline.knows(it)));
        judgement
    }

    /// Tells what is new.
    fn publish(&mut self) {
        let Judgement { found, failures, .. } = &self.judgement;
        let told = diagnostics::of(found, failures, &self.documents, self.client.encoding);
        let gone = self.published.keys().filter(|uri| !told.contains_key(uri)).map(|uri| (uri, Told::default()));
        for (uri, gone) in gone {
            diagnostics::publish(&self.outbox, uri, &gone);
        }
        for (uri, news) in told.iter().filter(|(uri, news)| self.published.get(uri) != Some(news)) {
            diagnostics::publish(&self.outbox, uri, news);
        }
        self.published = told;

        // Each unit under a broken configuration fails in the same words.
        let complaints: BTreeSet<String> = failures.iter().map(Failure::to_string).collect();
        let complaint = complaints.into_iter().collect::<Vec<_>>().join("\n");
        if complaint != self.complaint && !complaint.is_empty() {
            self.outbox.show(complaint.clone());
        }
        self.complaint = complaint;
    }
}

fn fault_of_ours(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("mediastore-lint has a fault: {}", said.unwrap_or("it does not say which"))
}
