/** A sentence where there is nothing else to show. */
export function Message({ title, text, action, onAction }: { title: string; text?: string; action?: string | undefined; onAction?: () => void }) {
  return (
    <div className="message screen-message">
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {action !== undefined && (
        <button type="button" className="btn primary" onClick={onAction}>
          {action}
        </button>
      )}
    </div>
  );
}
