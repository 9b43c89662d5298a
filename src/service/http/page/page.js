// The chat page. Everything that comes from a model or a document is put in as text, never as HTML.
const words = {
  en: {
    title: 'Ask the documents',
    label: 'Your question',
    ask: 'Ask',
    stop: 'Stop',
    retry: 'Ask again',
    working: 'Answering',
    done: 'The answer is complete.',
    stopped: 'Stopped.',
    sources: 'Sources',
    source: (number, title) => `[${number}] ${title}`,
    times: 'Times',
    stages: { embed: 'Understand', search: 'Search', prompt: 'Choose sources', generate: 'Answer' },
    offline: 'The server cannot be reached. Is it still running?',
    busy: (seconds) => `Too many questions are waiting. Ask again in ${seconds} s.`,
    other: '中文',
    otherLanguage: 'zh',
  },
  zh: {
    title: '向文档提问',
    label: '你的问题',
    ask: '提问',
    stop: '停止',
    retry: '再问一次',
    working: '正在回答',
    done: '回答完毕。',
    stopped: '已停止。',
    sources: '资料',
    source: (number, title) => `[${number}] ${title}`,
    times: '用时',
    stages: { embed: '理解问题', search: '检索', prompt: '选择资料', generate: '回答' },
    offline: '无法连接服务器。它还在运行吗？',
    busy: (seconds) => `排队的问题太多，请在 ${seconds} 秒后再试。`,
    other: 'English',
    otherLanguage: 'en',
  },
};

const find = (id) => document.getElementById(id);
const form = find('form');
const question = find('question');
const send = find('send');
const stop = find('stop');
const turns = find('turns');
const status = find('status');
const session = crypto.randomUUID();
let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
let running;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function speak() {
  const text = words[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = text.title;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = text[element.dataset.text];
  }
  find('language').textContent = text.other;
  find('language').lang = text.otherLanguage;
}

/** Reads server-sent events from a response, whatever the sizes of its pieces. */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const data = block.split('\n').filter((line) => line.startsWith('data: '));
        if (data.length > 0) yield JSON.parse(data.map((line) => line.slice(6)).join('\n'));
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function newTurn(asked) {
  const turn = make('article');
  const answer = make('div', 'answer');
  const details = make('div');
  turn.append(make('h2', 'question', asked), answer, details);
  turns.append(turn);
  return { asked, turn, answer, details, sources: new Map(), citations: new Map(), stages: [] };
}

/** Text of the answer, its markers as buttons that open the source. */
function appendToken(view, text) {
  for (const part of text.split(/(\[[\d, ]+\])/)) {
    if (part === '') continue;
    const number = Number(/^\[(\d+)/.exec(part)?.[1]);
    if (!view.sources.has(number)) {
      view.answer.append(part);
      continue;
    }
    const button = make('button', 'cite', part);
    button.type = 'button';
    button.addEventListener('click', () => openSource(view, number));
    view.answer.append(button);
  }
}

function openSource(view, number) {
  const details = view.sources.get(number)?.details;
  if (!details) return;
  details.open = true;
  details.querySelector('summary').focus();
  details.querySelector('mark')?.scrollIntoView({ block: 'nearest' });
}

function showSources(view) {
  const text = words[language];
  const cited = [...view.sources.values()].filter(({ source }) => view.citations.has(source.number));
  if (cited.length === 0) return;
  view.details.append(make('h3', '', text.sources));
  for (const entry of cited) {
    const { source } = entry;
    const details = make('details');
    details.append(make('summary', '', text.source(source.number, source.title)));
    const body = make('div', 'source');
    body.tabIndex = 0;
    body.setAttribute('role', 'group');
    body.setAttribute('aria-label', source.title);
    const spans = view.citations.get(source.number).toSorted((a, b) => a.start - b.start);
    let at = source.start;
    for (const { start, end } of spans) {
      if (start < at) continue;
      body.append(source.text.slice(at - source.start, start - source.start));
      body.append(make('mark', '', source.text.slice(start - source.start, end - source.start)));
      at = end;
    }
    body.append(source.text.slice(at - source.start));
    details.append(body);
    entry.details = details;
    view.details.append(details);
  }
}

/** The stages one below the other, each from where the one before it ended. */
function showTimes(view) {
  const text = words[language];
  const total = view.stages.reduce((sum, { ms }) => sum + ms, 0) || 1;
  const details = make('details');
  details.append(make('summary', '', `${text.times}: ${Math.round(total)} ms`));
  const grid = make('div', 'stages');
  let from = 0;
  for (const { stage, ms } of view.stages) {
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    bar.setAttribute('viewBox', '0 0 100 10');
    bar.setAttribute('preserveAspectRatio', 'none');
    bar.setAttribute('aria-hidden', 'true');
    const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    for (const [name, value] of Object.entries({
      x: (100 * from) / total,
      y: 2,
      width: Math.max(0.5, (100 * ms) / total),
      height: 6,
    })) {
      rect.setAttribute(name, String(value));
    }
    bar.append(rect);
    grid.append(make('span', '', text.stages[stage] ?? stage), bar, make('span', '', `${ms.toFixed(1)} ms`));
    from += ms;
  }
  details.append(grid);
  view.details.append(details);
}

function showProblem(view, message) {
  const text = words[language];
  const retry = make('button', '', text.retry);
  retry.type = 'button';
  retry.addEventListener('click', () => {
    if (!running) void ask(view.asked);
  });
  view.details.append(make('p', 'problem', message), retry);
  status.textContent = message;
}

function take(view, event) {
  if (event.type === 'sources') {
    for (const source of event.sources) view.sources.set(source.number, { source });
  } else if (event.type === 'token') appendToken(view, event.text);
  else if (event.type === 'citation') {
    view.citations.set(event.number, [...(view.citations.get(event.number) ?? []), event]);
  } else if (event.type === 'stage' && event.state === 'finished') {
    view.stages.push({ stage: event.stage, ms: event.durationMs });
  } else if (event.type === 'error') showProblem(view, event.message);
  // The whole answer is read out once, not word by word.
  else if (event.type === 'done') status.textContent = `${event.text} ${words[language].done}`;
}

async function problemOf(response) {
  if (response.status === 429) return words[language].busy(response.headers.get('retry-after') ?? '?');
  const body = await response.json().catch(() => undefined);
  return body?.error?.message ?? `HTTP ${response.status}`;
}

async function ask(asked) {
  running = new AbortController();
  const view = newTurn(asked);
  send.disabled = true;
  stop.disabled = false;
  status.textContent = words[language].working;
  view.turn.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch('/v1/answers', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ question: asked, sessionId: session }),
      signal: running.signal,
    });
    if (!response.ok) showProblem(view, await problemOf(response));
    else for await (const event of eventsOf(response.body)) take(view, event);
  } catch {
    if (running.signal.aborted) {
      view.details.append(make('p', '', words[language].stopped));
      status.textContent = words[language].stopped;
    } else showProblem(view, words[language].offline);
  } finally {
    showSources(view);
    if (view.stages.length > 0) showTimes(view);
    view.turn.removeAttribute('aria-busy');
    running = undefined;
    send.disabled = false;
    stop.disabled = true;
    question.focus();
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const asked = question.value.trim();
  if (asked === '' || running) return;
  question.value = '';
  void ask(asked);
});
question.addEventListener('keydown', (event) => {
  // Enter also chooses a word in a Chinese input method.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
stop.addEventListener('click', () => running?.abort());
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') running?.abort();
});
find('language').addEventListener('click', () => {
  language = words[language].otherLanguage;
  speak();
});
speak();
