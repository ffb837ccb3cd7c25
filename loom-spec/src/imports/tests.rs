use proptest::prelude::*;

use super::PythonImports;

fn found(source: &str) -> String {
    let imports: Vec<String> = PythonImports::of(source).imports.iter().map(ToString::to_string).collect();
    imports.join("; ")
}

#[test]
fn imports_are_found_however_they_are_written() {
    let cases = [
        ("import a", "import a"),
        ("import a.b as c, d", "import a.b; import d"),
        ("import a . b", "import a.b"),
        ("from .x import y, z", "from .x import y, z"),
        ("from ..pkg import *", "from ..pkg import *"),
        ("from . . x import y", "from ..x import y"),
        ("from.import x", "from . import x"),
        ("from ... import x as y, z", "from ... import x, z"),
        ("from a.b import (c,\n  d)", "from a.b import c, d"),
        ("from a import (  # why\n  b as\n  c, # that\n\n  d,\n)", "from a import b, d"),
        ("from a import(b)", "from a import b"),
        ("from a \\\n  import b, \\\r\n  c", "from a import b, c"),
        ("import a, \\\n    b", "import a; import b"),
        ("\u{feff}import a\r\nimport b\rimport c", "import a; import b; import c"),
        ("x = 1; import a; import b", "import a; import b"),
        ("if x: import a\nelse:\timport b", "import a; import b"),
        ("def f():\n    def g():\n        from a import b\n        return b", "from a import b"),
        ("try:\n  import a\nexcept ImportError:\n  import b as a", "import a; import b"),
        ("if TYPE_CHECKING:\n    from a import T", "from a import T"),
        ("import größe", "import größe"),
        ("async def f(): import a", "import a"),
        ("lazy import a\nlazy from b import c", "import a; from b import c"),
        ("x = [1,\nimport a", "import a"),
        ("from a import (b,\nfrom c import d", "from a import b; from c import d"),
    ];
    for (source, expected) in cases {
        assert_eq!(found(source), expected, "{source:?}");
    }
}

#[test]
fn what_only_looks_like_an_import_is_none() {
    let cases = [
        "# import a",
        "x = 1  # import a",
        "'import a'",
        "\"\"\"\nimport a\n\"\"\"",
        "'''\nimport a\n'''",
        "r'''\\'''\nimport a\n'''",
        "b'''\nimport a\n'''",
        "Rb'''\nimport a\n'''",
        "x = 'it\\'s'\"\\\"\"; y = '\\\\'",
        "'a\\\nimport a'",
        "f'''\nimport a\n{x}\nimport b\n'''",
        "f'''{x:{w}\nimport a\n}'''",
        "f'''{{\nimport a\n}}'''",
        "f'{d['x']}' '''\nimport a\n'''",
        "f'{x!r:>{w}}' f'{y:%H:%M}' '''\nimport a\n'''",
        "f'\\N{BULLET} {x}' '''\nimport a\n'''",
        "f'\\{x}' rf'\\N{x}' '''\nimport a\n'''",
        "f'{(lambda x: '''\nimport a\n''')}'",
        "f'''{f'{f\"{x}\"}'}\nimport a\n'''",
        "t'{x}\\\nimport a'",
        "raise A from b",
        "raise A from b.c\nx",
        "yield from a",
        "from a\nimport_",
        "important = imports = 1",
        "import_module(name)",
        "import_module(f'a{b}')",
        "import_module('a' + b)",
        "import_module(b'a')",
        "import_module('a/b')",
        "import_module('a..b')",
        "import_module('')",
        "import",
        "from a import",
        "from import b",
    ];
    for source in cases {
        assert_eq!(found(source), "", "{source:?}");
    }
}

#[test]
fn what_stands_behind_a_string_is_found() {
    for string in [
        "'x'",
        "''",
        "''''''",
        "'''x'''",
        "'''it's'''",
        "r'\\'",
        "'\\\\'",
        "'not closed",
        "'not closed \\\n either",
        "f'not closed",
        "f'{not closed",
        "f'{x:not closed",
        "f'{x}'",
        "f'{'",
        "f'}'",
        "f'{x:}}'",
        "f'{{'",
        "f'{{}}'",
        "rf'\\{x}'",
        "rf'{x}\\\\'",
        "f'{d[\"a\"]}'",
        "f'{d['a']}'",
        "f'{f'{f'{x}'}'}'",
        "f'{ {1: 2}[1] }'",
        "f'{(lambda: 1)():>4}'",
        "f'''{\nx # '}\n}'''",
        "f'\\N{BULLET}'",
        "f\"{x:{'a' if y else \"b\"}}\"",
        "print\"x\"",
        "0if'x'else'y'",
    ] {
        let string = match string {
            // A raw string cannot end in its backslash, so this one does not end.
            "r'\\'" => "r'\\''",
            string => string,
        };
        assert_eq!(found(&format!("x = {string}\nimport a\n")), "import a", "{string:?}");
    }
}

#[test]
fn modules_that_functions_import_are_found_if_they_are_written_out() {
    let cases = [
        ("importlib.import_module('a.b')", "import a.b"),
        ("m = importlib . import_module (\n  # why\n  'a' '.b',\n)", "import a.b"),
        ("import_module(name='a')", "import a"),
        ("import_module('.x')", "import .x"),
        ("import_module('..x', __package__)", "import ..x"),
        ("import_module('.x', 'a.b')", "import a.b.x"),
        ("import_module('..x', package='a.b')", "import a.x"),
        ("import_module('...x', 'a.b')", ""),
        ("import_module('a', 'b')", "import a"),
        ("x = __import__('a').b", "import a"),
        ("__import__('a', fromlist=['b'])", "import a"),
        ("f'{__import__('a').b}'", "import a"),
        ("raise A from import_module('a')", "import a"),
        ("[import_module('a'), __import__(\"b\")]", "import a; import b"),
    ];
    for (source, expected) in cases {
        assert_eq!(found(source), expected, "{source:?}");
    }
}

#[test]
fn what_a_star_would_import_is_known() {
    let exported = |source| PythonImports::of(source).exported;
    assert_eq!(exported("__all__ = ['a',\n  # and\n 'b']\nx = 'c'"), ["a", "b"]);
    assert_eq!(exported("__all__: list[str] = ['a']; x = 'b'\n__all__ += ('c',)"), ["a", "c"]);
    assert_eq!(exported("__all__ = 'a', 'b'\n'c'"), ["a", "b"]);
    assert_eq!(exported("__all__ = x.__all__ + ['a']\n__all__.extend(['b'])\n"), ["a", "b"]);
    assert_eq!(exported("__all__ = [\nimport a\n'b'"), [] as [&str; 0]);
}

#[test]
fn the_longest_text_is_read_to_its_end() {
    for unit in ["f'{", "f'{x:", "f'''{", "(", "'\\\n\"\\\n", "import a.", "from ", "f'{x:{", "\"", "__all__[", "a'b\n"]
    {
        let source = unit.repeat(100_000);
        PythonImports::of(&source);
    }
    let source = format!("{}\nimport a", "'\\\n'\n".repeat(100_000));
    assert_eq!(found(&source), "import a");
}

proptest! {
    #[test]
    fn any_text_is_read_and_names_only_what_it_holds(
        pieces in prop::collection::vec(prop_oneof![
            "(import|from|as|f|rb|import_module\\(|__all__|=|\\.|,|\\*|\\(|\\)|'|\"|'''|\\{|\\}|:|;|#|\\\\|\n|\r| |[a-c]|N)",
            "\\PC",
        ], 0..40),
    ) {
        for import in PythonImports::of(&pieces.concat()).imports {
            prop_assert!(import.level > 0 || !import.module.is_empty());
            prop_assert!(import.module.is_empty() || import.module.split('.').all(|part| !part.is_empty()));
        }
    }

    #[test]
    fn an_import_is_found_among_any_plain_code(
        code in prop::collection::vec("[a-z =+(){}\\[\\]:,.0-9]{0,20}", 0..6),
        module in "m_[a-z]{1,5}",
    ) {
        let code: Vec<String> = code.into_iter().filter(|line| !line.contains("import")).collect();
        let source = format!("{}\nimport {module}\n{}", code.join("\n"), code.join("\n"));
        prop_assert_eq!(found(&source), format!("import {}", module));
    }
}
