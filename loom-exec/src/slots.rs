//! What units take while they run, and what there is to take: CPUs, memory, GPUs.

use std::ffi::OsStr;
use std::path::Path;

use loom_spec::{Amount, Resources};

/// How much of each resource: what a unit takes, or what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slots {
    pub(crate) cpus: u64,
    /// In bytes.
    pub(crate) mem: u64,
    pub(crate) gpus: u64,
}

impl Slots {
    pub(crate) const NONE: Self = Self { cpus: 0, mem: 0, gpus: 0 };
    /// What whoever says nothing takes.
    pub(crate) const ONE_CPU: Self = Self { cpus: 1, mem: 0, gpus: 0 };

    /// What a unit of a step takes.
    pub(crate) fn of(asked: &Resources) -> Self {
        let amount = |asked: &Option<Amount>, unsaid| asked.as_ref().map_or(unsaid, |asked| asked.amount);
        let Self { cpus, mem, gpus } = Self::ONE_CPU;
        Self { cpus: amount(&asked.cpus, cpus), mem: amount(&asked.mem, mem), gpus: amount(&asked.gpus, gpus) }
    }

    pub(crate) fn fit_in(self, room: Self) -> bool {
        self.cpus <= room.cpus && self.mem <= room.mem && self.gpus <= room.gpus
    }

    /// So much of it as there is.
    pub(crate) fn at_most(self, all: Self) -> Self {
        Self { cpus: self.cpus.min(all.cpus), mem: self.mem.min(all.mem), gpus: self.gpus.min(all.gpus) }
    }

    /// What is left without this: never less than nothing.
    pub(crate) fn without(self, taken: Self) -> Self {
        Self {
            cpus: self.cpus.saturating_sub(taken.cpus),
            mem: self.mem.saturating_sub(taken.mem),
            gpus: self.gpus.saturating_sub(taken.gpus),
        }
    }

    pub(crate) fn and(self, more: Self) -> Self {
        Self {
            cpus: self.cpus.saturating_add(more.cpus),
            mem: self.mem.saturating_add(more.mem),
            gpus: self.gpus.saturating_add(more.gpus),
        }
    }
}

/// What this machine has for this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    /// In bytes; as much as can be, where it cannot be told.
    pub(crate) mem: u64,
    /// The names by which `CUDA_VISIBLE_DEVICES` knows its GPUs.
    pub(crate) gpus: Vec<String>,
}

impl Machine {
    /// Looks around. `visible` is `CUDA_VISIBLE_DEVICES` of the environment that tasks are given; where it is set, there are
    /// no other GPUs.
    pub(crate) fn look(visible: Option<&OsStr>) -> Self {
        Self::look_in(Path::new("/"), visible)
    }

    fn look_in(root: &Path, visible: Option<&OsStr>) -> Self {
        let gpus = match visible {
            Some(visible) => named_gpus(&visible.to_string_lossy()),
            // CUDA numbers those that it finds, whatever their files are called.
            None => (0..gpu_files(&root.join("dev"))).map(|gpu| gpu.to_string()).collect(),
        };
        let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
        let of_machine = read("proc/meminfo").and_then(|text| total_memory(&text)).unwrap_or(u64::MAX);
        let of_group = read("proc/self/cgroup").and_then(|text| {
            let group = text.lines().find_map(|line| line.strip_prefix("0::/"))?;
            // The limit of every group around counts, too.
            let groups = std::iter::successors(Some(Path::new(group)), |group| group.parent());
            let limits = groups.filter_map(|group| read(&format!("sys/fs/cgroup/{}/memory.max", group.display())));
            limits.filter_map(|limit| limit.trim().parse().ok()).min()
        });
        Self { mem: of_machine.min(of_group.unwrap_or(u64::MAX)), gpus }
    }

    /// What all units together may take, where `execution` says this and so many workers run them. What it says of CPUs and
    /// memory holds, whatever the machine is; but a GPU must be there to be handed out.
    pub(crate) fn total(&self, said: &Resources, workers: usize) -> Slots {
        let amount = |said: &Option<Amount>, unsaid| said.as_ref().map_or(unsaid, |said| said.amount);
        let gpus = self.gpus.len() as u64;
        Slots {
            cpus: amount(&said.cpus, workers.max(1) as u64),
            mem: amount(&said.mem, self.mem),
            gpus: amount(&said.gpus, gpus).min(gpus),
        }
    }
}

/// `0,2`, or longer names. CUDA reads as far as the first that names none, such as `-1`.
fn named_gpus(visible: &str) -> Vec<String> {
    let mut gpus: Vec<String> = Vec::new();
    for name in visible.split(',').map(str::trim) {
        let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !["GPU-", "MIG-"].iter().any(|front| name.starts_with(front)) {
            break;
        }
        if !gpus.iter().any(|known| known == name) {
            gpus.push(name.to_owned());
        }
    }
    gpus
}

/// How many files `nvidia0`, `nvidia1`, … there are; not `nvidiactl` and its like.
fn gpu_files(dev: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dev) else { return 0 };
    let is_gpu = |name: &OsStr| {
        let number = name.to_str().and_then(|name| name.strip_prefix("nvidia"));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    entries.flatten().filter(|entry| is_gpu(&entry.file_name())).count()
}

/// The memory of the machine, in bytes, from what Linux says in kilobytes.
fn total_memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The GPUs that nobody has.
#[derive(Clone, Debug)]
pub(crate) struct GpuPool {
    gpus: Vec<String>,
    is_free: Vec<bool>,
}

impl GpuPool {
    pub(crate) fn new(gpus: Vec<String>) -> Self {
        Self { is_free: vec![true; gpus.len()], gpus }
    }

    /// Hands out so many GPUs, the first ones that are free; fewer, if there are no more.
    pub(crate) fn take(&mut self, count: u64) -> Vec<String> {
        let free = self.gpus.iter().zip(&mut self.is_free).filter(|(_, is_free)| **is_free);
        let taken = free.take(usize::try_from(count).unwrap_or(usize::MAX));
        taken
            .map(|(gpu, is_free)| {
                *is_free = false;
                gpu.clone()
            })
            .collect()
    }

    /// Takes back what was handed out.
    pub(crate) fn give_back(&mut self, gpus: &[String]) {
        for (gpu, is_free) in self.gpus.iter().zip(&mut self.is_free) {
            *is_free |= gpus.contains(gpu);
        }
    }
}

/// What tells libraries how many threads to have, each of its own kind: OpenMP, OpenBLAS, MKL, numexpr, Accelerate, Julia.
const THREADS: [&str; 6] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "JULIA_NUM_THREADS",
];

/// The variables that tell a task what it was given. What its step says of them under `env` (`in_step`) holds; of the numbers of
/// threads, what the environment says does as well, for whoever sets them there means every program.
///
/// The environment's `CUDA_VISIBLE_DEVICES` holds in another way: the GPUs are taken from it.
pub(crate) fn variables(
    asked: &Resources,
    granted: Slots,
    gpus: &[String],
    in_step: &dyn Fn(&str) -> bool,
    in_environment: &dyn Fn(&str) -> bool,
) -> Vec<(&'static str, String)> {
    const GPUS: &str = "CUDA_VISIBLE_DEVICES";
    let mut variables = Vec::new();
    if asked.cpus.is_some() {
        let unsaid = THREADS.into_iter().filter(|name| !in_step(name) && !in_environment(name));
        variables.extend(unsaid.map(|name| (name, granted.cpus.to_string())));
    }
    if !gpus.is_empty() && !in_step(GPUS) {
        variables.push((GPUS, gpus.join(",")));
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resources(cpus: Option<u64>, mem: Option<u64>, gpus: Option<u64>) -> Resources {
        let amount = |amount: Option<u64>| amount.map(|amount| Amount { amount, span: loom_spec::Span::default() });
        Resources { cpus: amount(cpus), mem: amount(mem), gpus: amount(gpus) }
    }

    #[test]
    fn gpus_are_those_that_cuda_sees() {
        for (visible, expected) in [
            ("0", &["0"][..]),
            ("2,0", &["2", "0"]),
            (" 1 , 3 ", &["1", "3"]),
            ("1,1", &["1"]),
            ("GPU-8932f937,MIG-1/2/3", &["GPU-8932f937", "MIG-1/2/3"]),
            ("0,-1,1", &["0"]),
            ("", &[]),
            ("-1", &[]),
            ("NoDevFiles", &[]),
        ] {
            assert_eq!(named_gpus(visible), expected, "{visible:?}");
        }
    }

    #[test]
    fn a_machine_is_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let look = |visible: Option<&str>| Machine::look_in(root.path(), visible.map(OsStr::new));
        assert_eq!(look(None), Machine { mem: u64::MAX, gpus: Vec::new() });
        write("proc/meminfo", "MemFree:  1 kB\nMemTotal:       2048 kB\n");
        for name in ["nvidia3", "nvidia12", "nvidiactl", "nvidia-uvm", "nvidia", "sda1"] {
            write(&format!("dev/{name}"), "");
        }
        assert_eq!(look(None), Machine { mem: 2 << 20, gpus: vec!["0".to_owned(), "1".to_owned()] });
        assert_eq!(look(Some("7")).gpus, ["7"]);
        assert_eq!(look(Some("")).gpus, [""; 0]);
        write("proc/self/cgroup", "1:name=x:/y\n0::/a/b\n");
        write("sys/fs/cgroup/a/b/memory.max", "max\n");
        assert_eq!(look(None).mem, 2 << 20);
        write("sys/fs/cgroup/a/memory.max", "1048576\n");
        assert_eq!(look(None).mem, 1 << 20);
        write("sys/fs/cgroup/memory.max", "4096\n");
        assert_eq!(look(None).mem, 4096);
    }

    #[test]
    fn what_is_said_comes_before_what_there_is() {
        let machine = Machine { mem: 1 << 30, gpus: vec!["0".to_owned(), "1".to_owned()] };
        let total = |cpus, mem, gpus| machine.total(&resources(cpus, mem, gpus), 4);
        assert_eq!(total(None, None, None), Slots { cpus: 4, mem: 1 << 30, gpus: 2 });
        assert_eq!(total(Some(64), Some(1 << 40), Some(1)), Slots { cpus: 64, mem: 1 << 40, gpus: 1 });
        assert_eq!(total(None, None, Some(8)).gpus, 2);
        assert_eq!(machine.total(&resources(None, None, None), 0).cpus, 1);
    }

    #[test]
    fn no_gpu_is_handed_out_twice() {
        let mut pool = GpuPool::new(["a", "b", "c"].map(str::to_owned).to_vec());
        let first = pool.take(2);
        assert_eq!(first, ["a", "b"]);
        assert_eq!(pool.take(0), [""; 0]);
        let second = pool.take(2);
        assert_eq!(second, ["c"]);
        assert_eq!(pool.take(1), [""; 0]);
        pool.give_back(&first);
        assert_eq!(pool.take(1), ["a"]);
        pool.give_back(&second);
        assert_eq!(pool.take(u64::MAX), ["b", "c"]);
    }

    #[test]
    fn tasks_are_told_what_they_were_given() {
        let granted = Slots { cpus: 2, mem: 0, gpus: 1 };
        let gpus = ["3".to_owned(), "1".to_owned()];
        let told = |asked: &Resources, gpus: &[String], in_step: &[&str], in_environment: &[&str]| {
            let told = variables(asked, granted, gpus, &|name| in_step.contains(&name), &|name| {
                in_environment.contains(&name)
            });
            told.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        let both = resources(Some(4), None, Some(2));
        assert_eq!(
            told(&both, &gpus, &[], &["CUDA_VISIBLE_DEVICES"]),
            "OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 MKL_NUM_THREADS=2 NUMEXPR_NUM_THREADS=2 VECLIB_MAXIMUM_THREADS=2 \
             JULIA_NUM_THREADS=2 CUDA_VISIBLE_DEVICES=3,1"
        );
        assert_eq!(
            told(&both, &gpus, &["OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES"], &["MKL_NUM_THREADS", "JULIA_NUM_THREADS"]),
            "OPENBLAS_NUM_THREADS=2 NUMEXPR_NUM_THREADS=2 VECLIB_MAXIMUM_THREADS=2"
        );
        assert_eq!(told(&resources(None, None, Some(1)), &[], &[], &[]), "");
    }
}
