import { Client } from '@ipto/client';
import { type FormEvent, useEffect, useState } from 'react';
import { ENDPOINT } from '../gateway/address.ts';
import { MembershipsDocument } from '../gql/graphql.ts';
import { type Persona, personas, tokensOf } from './demo.ts';
import type { Session } from './session.ts';

export function SignIn({ onSignIn }: { onSignIn: (session: Session) => void }) {
  const [people, setPeople] = useState<readonly Persona[]>([]);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    personas().then(setPeople, () => setProblem('The demo does not answer. Start it with: npm run demo'));
  }, []);

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const persona = String(new FormData(event.currentTarget).get('persona'));
    const client = new Client({ url: ENDPOINT, token: tokensOf(persona) });
    try {
      const { viewer } = await client.data(MembershipsDocument, {});
      const [first] = viewer?.memberships ?? [];
      if (first) onSignIn({ persona, tenant: first.slug });
      else setProblem('You are a member of no tenant.');
    } catch (error) {
      setProblem((error as Error).message);
    }
  }

  const tenants = [...new Set(people.map(({ memberships }) => memberships.map(({ tenant }) => tenant).join(', ')))];
  return (
    <main className="sign-in">
      <form className="card" onSubmit={signIn}>
        <h1>
          <span className="mark" aria-hidden="true" /> IPTO dashboard
        </h1>
        <p>Everyone here is a person of the demo, and needs no password.</p>
        <label>
          Sign in as
          <select name="persona" key={people.length} defaultValue="owner@northwind.example">
            {tenants.map(name => (
              <optgroup key={name} label={name}>
                {people
                  .filter(({ memberships }) => memberships.map(({ tenant }) => tenant).join(', ') === name)
                  .map(person => (
                    <option key={person.email} value={person.email}>
                      {person.name}, {person.email.split('@')[0]}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>
        <button type="submit" className="primary" disabled={people.length === 0}>
          Sign in
        </button>
        {problem && <p role="alert">{problem}</p>}
      </form>
    </main>
  );
}
