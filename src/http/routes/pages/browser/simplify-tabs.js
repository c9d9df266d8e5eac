// GraphiQL's tabs hold buttons, which the role "tab" forbids: makes them a list of buttons, of
// which one is current.

function simplify(list) {
  if (list.hasAttribute('role')) list.removeAttribute('role');
  for (const item of list.children) {
    for (const name of ['role', 'aria-selected']) if (item.hasAttribute(name)) item.removeAttribute(name);
    const current = String(item.classList.contains('graphiql-tab-active'));
    const button = item.querySelector('.graphiql-tab-button');
    if (button && button.getAttribute('aria-current') !== current) button.setAttribute('aria-current', current);
  }
}

/** Keeps the tabs of a GraphiQL simple while it changes them. */
export function simplifyTabs(root) {
  const attributeFilter = ['role', 'aria-selected', 'class'];
  const simplifyAll = () => {
    for (const list of root.querySelectorAll('.graphiql-tabs')) simplify(list);
  };
  new MutationObserver(simplifyAll).observe(root, { subtree: true, childList: true, attributes: true, attributeFilter });
}
