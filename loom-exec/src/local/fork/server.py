# Imports the modules that its arguments name, then waits for Python tasks, and forks for each. The fork leaves by the return from
# `serve`, and runs the script as a fresh interpreter would: as `__main__`, with the interpreter's own way to end behind it.
# Standard input is the socket by which the runner asks; its end is the end of this process. A message is its length in four
# bytes, and as many bytes; the letter that it begins with says what it is.
def serve():
    import sys

    bare = set(sys.modules)
    import _imp
    import _socket
    import atexit
    import gc
    import io
    import os
    import warnings

    given = dict(sys.modules["__main__"].__dict__)
    del given["serve"]
    top = sys._getframe(1).f_code
    control = _socket.socket(fileno=os.dup(0))

    def say(kind, text=b""):
        control.sendall((len(text) + 1).to_bytes(4, "little") + kind + text)

    def refuse(why):
        say(b"N", why.encode("utf-8", "replace"))
        os._exit(0)

    if sys.version_info < (3, 8):
        refuse("this takes Python 3.8 or later, and this one is %d.%d" % sys.version_info[:2])

    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    old, raw = sys.stdin, open(0, "rb", closefd=False)
    raw.raw.name = "<stdin>"
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(raw, old.encoding, old.errors, "\n", old.line_buffering)
    sys.stdin.mode = "r"
    del old, raw

    try:
        import ctypes

        leave = ctypes.PyDLL(None).exit
    except (ImportError, OSError, AttributeError):
        leave = None
    loaded = {}
    ends = {}

    # Modules that were there before the script are not taken apart at its end, and the interpreter itself neither: that would
    # cost more than all the rest. What the script made is, in the interpreter's own way. Registered first, this is called last.
    @atexit.register
    def finish():
        gc.collect()
        for name, module in loaded.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
        streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None and not stream.closed]
        for stream in streams:
            stream.flush()
        if leave and "code" in ends:
            sys.__dict__["__last__"] = Last(ends["code"], streams)

    # What is in `sys` goes last.
    class Last:
        def __init__(self, code, streams):
            self.code, self.streams = code, streams

        def __del__(self, leave=leave):
            for stream in self.streams:
                if not stream.closed:
                    stream.flush()
            leave(self.code)

    def named(words):
        return ", ".join(words) or "without a name"

    names, sys.argv = sys.argv[1:], [""]
    has_folder = not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated
    if has_folder:
        del sys.path[0]
    for name in names:
        try:
            __import__(name)
        except BaseException as error:
            refuse("`import %s` fails: %s: %s" % (name, type(error).__name__, error))
        threading = sys.modules.get("threading")
        if threading and threading.active_count() > 1:
            others = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
            refuse("`import %s` starts a thread (%s), which a fork would be without" % (name, named(others)))
        with open("/proc/self/task/%d/children" % os.getpid()) as children:
            if children.read().strip():
                refuse("`import %s` starts a process" % name)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()

    # A library may have threads of its own, if it ends them before a fork and starts them again after it, as OpenBLAS does.
    def threads():
        return len(os.listdir("/proc/self/task"))

    if threads() > 1:
        import time

        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        for _ in range(50):
            if threads() == 1:
                break
            time.sleep(0.002)
        else:
            refuse("a module among %s starts threads that are not ready for a fork" % named(names))

    # What `/proc` shows of a process is in its own memory, where a fork has what its server was started with.
    try:
        with open("/proc/self/environ", "rb") as file:
            environ = b"\0" + file.read()
        with open("/proc/self/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        arguments, end_of_arguments, environment = map(int, fields[45:48])
        step = environ.index(b"\0LOOM_STEP=")
        room = environ.index(b"\0", step + 1) - step - 1
        step += environment

        def show(pairs):
            memory = os.open("/proc/self/mem", os.O_RDWR)
            for address, text, length in pairs:
                os.pwrite(memory, text[: length - 1].ljust(length, b"\0"), address)
            os.close(memory)

        def shown(words):
            return (arguments, b"\0".join(words), end_of_arguments - arguments)

        program = os.fsencode(sys.executable)
        with open("/proc/self/cmdline", "rb") as file:
            program = file.read().split(b"\0")[0]
        show([shown([program, b"(forked for each Python task)"])])
    except (OSError, ValueError, IndexError) as error:
        refuse("a fork cannot be told from its server: %s" % error)

    def folder_of(script):
        return os.path.dirname(os.path.realpath(script))

    suffixes = [".py", ".pyc"] + _imp.extension_suffixes()

    # What a fresh interpreter would import from beside the script instead.
    def shadow(folder):
        for entry in os.listdir(folder):
            name, _, rest = entry.partition(".")
            if name not in tops:
                continue
            path = os.path.join(folder, entry)
            if "." + rest in suffixes or any(os.path.exists(path + "/__init__" + end) for end in suffixes):
                return path

    codes = {}

    def full_name(script):
        return script if sys.version_info < (3, 9) else os.path.join(os.getcwd(), script)

    # The script, and its code unless the compiler has something to say, which is for the fork to say.
    def compiled(script):
        with open(script, "rb") as file:
            source = file.read()
        if script not in codes or codes[script][0] != source:
            with warnings.catch_warnings(record=True) as seen:
                code = compile(source, full_name(script), "exec", dont_inherit=True)
            codes[script] = source, None if seen else code
        return codes[script]

    class Unit:
        def __enter__(self):
            pass

        # The traceback of a script begins with the script. All else about the end of a program is left to the interpreter.
        def __exit__(self, kind, value, trace):
            if kind is None:
                ends["code"] = 0
                return
            if issubclass(kind, SystemExit):
                if value.code is None or type(value.code) in (int, bool):
                    ends["code"] = (value.code or 0) & 255
                return
            hook = sys.excepthook

            def without_server(kind, value, trace):
                sys.excepthook = hook
                while trace and trace.tb_frame.f_code is top:
                    trace = trace.tb_next
                value.__traceback__ = sys.last_traceback = trace
                hook(kind, value, trace)

            sys.excepthook = without_server

    class Refused(OSError):
        pass

    # The fork waits at the gate until the runner was told of it. If this process is lost before that, nothing has run.
    def fork():
        gate = ()
        try:
            gate = os.pipe()
            return os.fork(), gate
        except OSError as error:
            for end in gate:
                os.close(end)
            raise Refused(error.errno, error.strerror)

    def begin(name, program, script, words, source, code, pipes, gate):
        os.setpgid(0, 0)
        control.close()
        os.close(gate[1])
        if not os.read(gate[0], 1):
            os._exit(0)
        os.close(gate[0])
        for pipe, stream in zip(pipes, (1, 2)):
            os.dup2(pipe, stream)
            os.close(pipe)
        os.environ["LOOM_STEP"] = os.fsdecode(name)
        show([shown([program, script] + words), (step, b"LOOM_STEP=" + name, room)])
        sys.argv = [os.fsdecode(word) for word in [script] + words]
        if hasattr(sys, "orig_argv"):
            sys.orig_argv = [os.fsdecode(program)] + sys.argv
        script = sys.argv[0]
        if has_folder:
            sys.path.insert(0, folder_of(script))
        # Python's own generator is seeded anew by the fork.
        numbers = sys.modules.get("numpy.random")
        if numbers is not None:
            numbers.seed()
        # A module of this process: what was frozen by the server would never be found to be garbage.
        sys.modules["__main__"] = module = type(sys)("__main__")
        main = module.__dict__
        main.update(given)
        if "__annotations__" in main:
            main["__annotations__"] = {}
        path = full_name(script)
        loader = sys.modules["_frozen_importlib_external"].SourceFileLoader
        main.update(__loader__=loader("__main__", path), __file__=path, __cached__=None)
        globals()["serve"] = code or compile(source, path, "exec", dont_inherit=True), main
        return Unit()

    def receive(length, pipes):
        text = b""
        while len(text) < length:
            part, extra, flags, _ = control.recvmsg(length - len(text), _socket.CMSG_SPACE(8))
            for level, kind, data in extra:
                if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
                    for at in range(0, len(data) - 3, 4):
                        pipes.append(int.from_bytes(data[at : at + 4], sys.byteorder))
            if not part:
                os._exit(0)
            text += part
        return text

    loaded.update((name, module) for name, module in sys.modules.items() if name not in bare)
    tops = {name.partition(".")[0] for name in loaded}
    # Nothing may ever find that these are not needed any more.
    kept = list(loaded.values())
    kept.append(kept)
    gc.collect()
    gc.freeze()
    say(b"R")
    while True:
        pipes = []
        message = receive(int.from_bytes(receive(4, pipes), "little"), pipes)
        if message[:1] == b"W":
            try:
                say(b"W", b"%d" % os.waitpid(int(message[1:]), 0)[1])
            except OSError as error:
                say(b"E", b"%d" % error.errno)
            continue
        name, program, script, *words = message[1:].split(b"\0")
        pid = None
        try:
            if len(pipes) != 2:
                raise Refused(24, "no room for its files")
            source, code = compiled(os.fsdecode(script))
            shadowed = has_folder and shadow(folder_of(os.fsdecode(script)))
            if shadowed:
                say(b"N", b"`%s` is imported instead of the module of that name" % os.fsencode(shadowed))
            else:
                pid, gate = fork()
        except Refused as refused:
            say(b"E", b"%d" % refused.errno)
        except Exception:
            # A fresh interpreter is to say what is wrong with the script.
            say(b"N")
        if pid == 0:
            return begin(name, program, script, words, source, code, pipes, gate)
        if pid:
            # Whoever is told of the fork may signal its group at once. It has done so itself if it is past this.
            try:
                os.setpgid(pid, pid)
            except OSError:
                pass
            say(b"P", b"%d" % pid)
            os.write(gate[1], b"P")
            for end in gate:
                os.close(end)
        for pipe in pipes:
            os.close(pipe)


with serve():
    exec(*globals().pop("serve"))
