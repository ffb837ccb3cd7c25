export default function View() { return <div className="message" />; }
