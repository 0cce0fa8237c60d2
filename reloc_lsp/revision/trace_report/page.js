// Each chart is drawn from the figure in the script element after it.
const charts = [...document.querySelectorAll('.plotly-graph-div')];
for (const chart of charts) {
  const figure = JSON.parse(chart.nextElementSibling.textContent);
  Plotly.newPlot(chart, figure.data, figure.layout, {displayModeBar: false, responsive: true});
}

// The page follows the theme of the editor that shows it in a tab, else the system's; so do the colours of its charts.
const system = matchMedia('(prefers-color-scheme: dark)');
function paint() {
  const theme = document.body.dataset.vscodeThemeKind;
  document.documentElement.classList.toggle('dark', theme ? !theme.endsWith('light') : system.matches);
  const style = getComputedStyle(document.documentElement);
  const [ink, line, card] = ['--ink', '--line', '--card'].map(name => style.getPropertyValue(name).trim());
  for (const chart of charts) {
    Plotly.relayout(chart, {
      'font.color': ink, 'hoverlabel.bgcolor': card, 'hoverlabel.font.color': ink, 'hoverlabel.bordercolor': line,
      'xaxis.gridcolor': line, 'yaxis.gridcolor': line, 'xaxis.zerolinecolor': line, 'yaxis.zerolinecolor': line,
    });
  }
}
system.addEventListener('change', paint);
new MutationObserver(paint).observe(document.body, {attributeFilter: ['data-vscode-theme-kind']});
paint();

// Button number N of a switch shows curve number N and puts its own text on the axis.
for (const choices of document.querySelectorAll('.switch')) {
  const chart = choices.closest('figure').querySelector('.plotly-graph-div');
  const buttons = [...choices.children];
  choices.addEventListener('click', ({target}) => {
    if (!buttons.includes(target)) return;
    buttons.forEach(button => button.classList.toggle('on', button === target));
    Plotly.update(chart, {visible: buttons.map(button => button === target)}, {'xaxis.title.text': target.textContent});
  });
}
