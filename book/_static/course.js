// Equations that are wider than the page scroll; whoever has no mouse needs to reach them.

function reachEquations() {
  for (const equation of document.querySelectorAll('mjx-container[display="true"]')) {
    if (equation.scrollWidth > equation.clientWidth || equation.scrollHeight > equation.clientHeight) {
      equation.tabIndex = 0;
    } else {
      equation.removeAttribute("tabindex");
    }
  }
}

window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  reachEquations();
  window.addEventListener("resize", reachEquations);
  document.addEventListener("toggle", reachEquations, true);
});
