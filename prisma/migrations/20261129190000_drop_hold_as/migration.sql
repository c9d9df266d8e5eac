-- Commands lock the tenant and check the permission again in statements of their own: nothing calls this any more.
DROP FUNCTION hold_as(text, text[], text[]);
