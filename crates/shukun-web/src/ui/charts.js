// Charts: each element with data-option is drawn by ECharts as SVG; the table beneath holds the same numbers.
// A datum with an address (href) is a link, as its figure in the table is.
(() => {
  'use strict';
  // The policy of the pages lets no style attribute in; the same style set as a property is allowed.
  const set = SVGElement.prototype.setAttribute;
  SVGElement.prototype.setAttribute = function (name, value) {
    if (name === 'style') this.style.cssText = value;
    else set.call(this, name, value);
  };
  const draw = (place) => {
    const option = JSON.parse(place.dataset.option);
    const chart = echarts.init(place, null, { renderer: 'svg' });
    if (option.geoMap) {
      echarts.registerMap('county', option.geoMap);
      delete option.geoMap;
    }
    chart.setOption(option);
    chart.on('click', (event) => {
      if (event.data && event.data.href) location.assign(event.data.href);
    });
    new ResizeObserver(() => chart.resize()).observe(place);
    place.dataset.drawn = 'yes';
  };
  const all = () => document.querySelectorAll('[data-option]:not([data-drawn])').forEach(draw);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', all);
  else all();
  document.addEventListener('htmx:after:swap', all);
})();
