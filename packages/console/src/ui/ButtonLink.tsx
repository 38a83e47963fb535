import { Button, type ButtonProps } from '@mantine/core';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

interface Props extends ButtonProps, Omit<ComponentPropsWithRef<'a'>, keyof ButtonProps> {}

function Anchor(props: Props) {
  return <Button component="a" {...props} />;
}

/** A link that looks like a button: it goes somewhere, so it is an anchor. */
export const ButtonLink: LinkComponent<typeof Anchor> = createLink(Anchor);
