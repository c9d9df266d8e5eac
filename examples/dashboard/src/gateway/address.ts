/** The gateway's address. It stands in the page, so that one build runs anywhere. */
export const GATEWAY = document.querySelector<HTMLMetaElement>('meta[name=gateway]')!.content;

export const ENDPOINT = `${GATEWAY}/graphql`;
