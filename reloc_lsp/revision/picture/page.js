// The charts take their colours from the page, which follows the scheme of the system.
const dark = matchMedia('(prefers-color-scheme: dark)');
function paint() {
  const style = getComputedStyle(document.documentElement);
  const [ink, line, card] = ['--ink', '--line', '--card'].map(name => style.getPropertyValue(name).trim());
  for (const plot of document.querySelectorAll('.plotly-graph-div')) {
    Plotly.relayout(plot, {
      'font.color': ink, 'hoverlabel.bgcolor': card, 'hoverlabel.font.color': ink, 'hoverlabel.bordercolor': line,
      'xaxis.gridcolor': line, 'yaxis.gridcolor': line, 'xaxis.zerolinecolor': line, 'yaxis.zerolinecolor': line,
    });
  }
}
dark.addEventListener('change', paint);
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
