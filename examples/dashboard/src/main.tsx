import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import './style/theme.css';
import './style/layout.css';
import './style/parts.css';

createRoot(document.getElementById('root')!).render(<App />);
