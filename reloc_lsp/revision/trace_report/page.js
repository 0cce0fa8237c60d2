// The page follows the theme of the editor that shows it in a tab, else the system; its charts take their colours from it.
const system = matchMedia('(prefers-color-scheme: dark)');
function paint() {
  const theme = document.body.dataset.vscodeThemeKind;
  document.documentElement.classList.toggle('dark', theme ? !theme.endsWith('light') : system.matches);
  const style = getComputedStyle(document.documentElement);
  const [ink, line, card] = ['--ink', '--line', '--card'].map(name => style.getPropertyValue(name).trim());
  for (const plot of document.querySelectorAll('.plotly-graph-div')) {
    Plotly.relayout(plot, {
      'font.color': ink, 'hoverlabel.bgcolor': card, 'hoverlabel.font.color': ink, 'hoverlabel.bordercolor': line,
      'xaxis.gridcolor': line, 'yaxis.gridcolor': line, 'xaxis.zerolinecolor': line, 'yaxis.zerolinecolor': line,
    });
  }
}
system.addEventListener('change', paint);
new MutationObserver(paint).observe(document.body, {attributeFilter: ['data-vscode-theme-kind']});
paint();

// A button of a switch shows the curve of its place and names the axis after itself.
for (const choices of document.querySelectorAll('.switch')) {
  const plot = choices.closest('figure').querySelector('.plotly-graph-div');
  const buttons = [...choices.children];
  choices.addEventListener('click', ({target}) => {
    if (!buttons.includes(target)) return;
    buttons.forEach(button => button.classList.toggle('on', button === target));
    Plotly.update(plot, {visible: buttons.map(button => button === target)}, {'xaxis.title.text': target.textContent});
  });
}
