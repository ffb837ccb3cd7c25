import type { ButtonHTMLAttributes, Ref } from "react";
import { Icon, type IconName } from "./Icon";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName;
  look?: "primary" | "danger" | "quiet";
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with words. */
export function Button({ icon, look, small, className, children, ...rest }: Props) {
  return (
    <button type="button" className={["btn", look, small && "small", className].filter(Boolean).join(" ")} {...rest}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that is only a picture: its name is read out, and shown when it is pointed at. */
export function IconButton({ icon, label, hint, look = "quiet", small, className, ...rest }: Props & { icon: IconName; label: string; hint?: string }) {
  return (
    <button type="button" className={["btn icon", look, small && "small", className].filter(Boolean).join(" ")} aria-label={label} title={hint === undefined ? label : `${label} (${hint})`} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
