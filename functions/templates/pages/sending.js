const problem = document.getElementById("problem");
const end = (id) => {
  for (const section of document.querySelectorAll("main > section")) section.hidden = section.id !== id;
  const heading = document.querySelector(`#${id} h1`);
  document.title = `${heading.textContent} · Tayang`;
  heading.focus();
};
const complain = (button, status) => {
  const { offline, tooMany, failed } = problem.dataset;
  problem.textContent = status === 0 ? offline : status === 429 ? tooMany : failed;
  if (document.activeElement === document.body) button.focus();
};
const send = async (button, body, path = location.pathname) => {
  problem.textContent = "";
  button.disabled = true;
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const { errors = [] } = await answer.json().catch(() => ({}));
    return { status: answer.status, errors };
  } catch {
    return { status: 0, errors: [] };
  } finally {
    button.disabled = false;
  }
};
