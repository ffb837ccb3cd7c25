// An example's README has its graph as text, which GitHub draws. Here it is the picture that `loom graph` makes.
for (const code of document.querySelectorAll("code.language-mermaid")) {
    const graph = document.createElement("img");
    graph.src = "graph.svg";
    graph.alt = "The graph of the pipeline";
    const link = document.createElement("a");
    link.href = graph.src;
    link.append(graph);
    code.closest("pre").replaceWith(link);
}
