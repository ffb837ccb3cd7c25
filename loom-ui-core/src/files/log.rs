use std::path::{Path, PathBuf};
use crate::api::LogPage;
pub struct LogFile { path: PathBuf }
impl LogFile { pub fn open(path:&Path)->Self{Self{path:path.into()}} pub fn path(&self)->&Path{&self.path} pub fn page(&mut self,_f:usize,_l:usize,_q:Option<&str>)->LogPage{LogPage::default()} }
