//! `loom report`: the page about a run.

use crate::support::Sandbox;

/// One pixel.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

fn page(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = sandbox.command(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = String::from_utf8(output.stdout).unwrap();
    std::fs::read_to_string(path.trim_end()).unwrap()
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(
        "data:
  photo: {type: image, path: 'out/photo.gif', description: '<script>alert(1)</script>'}
pipeline:
  - {name: shoot, command: 'cp $1 $3', inputs: {i: pixel.gif}, outputs: {-o: $photo}}
  - {name: '<b>bold</b> & \"quoted\"', command: 'cat evil; exit 3', inputs: {e: evil, p: $photo}, outputs: {-o: x.csv}}
  - {name: after, command: [cat], inputs: {x: x.csv}}
",
    );
    sandbox.write("pixel.gif", GIF);
    sandbox.write("evil", b"\x1b[31m</pre><script>alert(2)</script>\x1b[0m\n\xff\x00\x08\nlast line\n");
    sandbox
}

#[test]
fn a_page_tells_all_of_a_run() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    let page = page(&sandbox, &["report"]);
    for told in [
        "1 failed</span>",
        "id=\"failures\"",
        "exit code 3",
        "last line",
        "class=\"step failed\"",
        "class=\"step ok\"",
        "class=\"step skipped\"",
        "id=\"timeline\"",
        "class=\"bar ok",
        "class=\"bar failed",
        "&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot; failed",
        "src=\"data:image/gif;base64,R0lGODlhAQAB",
        "made by shoot",
        "has not run yet",
        "href=\"./%253cb%253ebold",
        "by hand",
    ] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn nothing_on_a_page_runs_or_comes_from_elsewhere() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    let page = page(&sandbox, &["report"]);
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    assert!(!page.contains("<script") && !page.contains("<b>bold"), "{page}");
    assert!(page.contains("&lt;/pre&gt;&lt;script&gt;alert(2)"));
    let without_names = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!without_names.contains("http:") && !without_names.contains("https:") && !page.contains("@import"));
    // What is shown can be read as a tree, all tags closed: what people wrote broke none.
    let body = page.split_once("<body>").unwrap().1.split_once("</body>").unwrap().0;
    let (mut open, mut rest) = (Vec::new(), body);
    while let Some((_, tag)) = rest.split_once('<') {
        let (tag, after) = tag.split_once('>').expect("tags end");
        rest = after;
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_ref(), Some(&name), "{tag}");
        } else if !tag.ends_with('/') && !["img", "input"].contains(&&*name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn a_page_of_any_run_goes_anywhere() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    sandbox.write("evil", "second\n");
    sandbox.loom(&[]);
    let second = page(&sandbox, &["report", "-o", "here.html"]);
    assert!(sandbox.has("here.html") && second.contains("class=\"step same\"") && second.contains(">second</pre>"));
    // The logs are where they are.
    assert!(second.contains("href=\"./.loom/pipeline.yml/runs/"), "{second}");
    let elsewhere = Sandbox::new();
    let elsewhere = page(&sandbox, &["report", "--output", elsewhere.path().join("x.html").to_str().unwrap()]);
    assert!(elsewhere.contains("href=\"file:///"), "{elsewhere}");
    assert!(page(&sandbox, &["report", "2"]).contains("last line"));
    assert!(page(&sandbox, &["report", ".", "2"]).contains("last line"));
    let shown = sandbox.loom(&["report", "3"]);
    insta::assert_snapshot!(shown, @"
    exit 2
    --- stderr
    error: no run is named `3`
      help: 2 runs are kept: `loom runs` lists them
    ");
    let shown = sandbox.loom(&["report", "-o", "no/such/folder.html"]);
    assert!(shown.starts_with("exit 1\n") && shown.contains("cannot write"), "{shown}");
}

#[test]
fn what_is_left_of_a_run_has_a_page() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    let runs = std::fs::read_dir(sandbox.path().join(".loom/pipeline.yml/runs")).unwrap();
    let run = runs.map(|run| run.unwrap().path()).next().unwrap();
    std::fs::remove_file(run.join("summary.json")).unwrap();
    let events = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
    let cut = events.find("unit_finished").unwrap();
    std::fs::write(run.join("events.jsonl"), &events[..cut]).unwrap();
    let torn = page(&sandbox, &["report"]);
    assert!(torn.contains("did not finish</span>") && torn.contains("class=\"step stopped\""));
    // Nor need the pipeline be what it was, or be sound at all.
    sandbox.write("pipeline.yml", "pipeline: [{name: a, comand: x}]");
    assert!(page(&sandbox, &["report"]).contains("id=\"timeline\""));
    std::fs::remove_file(run.join("events.jsonl")).unwrap();
    assert!(page(&sandbox, &["report"]).contains("Nothing is known of any."));
}
