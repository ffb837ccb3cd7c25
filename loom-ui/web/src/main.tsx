import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { begin } from "./api/store";
import { App } from "./app/App";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/app.css";
import "./styles/panes.css";

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void begin();
}
