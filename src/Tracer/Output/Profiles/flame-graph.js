// SPDX-License-Identifier: Apache-2.0
// Names in the graph come from traced programs: they are only ever compared, or set as text.
(function () {
	'use strict';
	const charWidth = 7.2;
	const graph = document.getElementById('frames');
	const left = Number(graph.dataset.left);
	const full = Number(graph.dataset.width);
	const total = Number(graph.dataset.total);
	const detail = document.getElementById('detail');
	const boxes = Array.from(graph.getElementsByClassName('f'), function (element) {
		return {
			element: element,
			start: Number(element.dataset.start),
			count: Number(element.dataset.count),
			depth: Number(element.dataset.depth),
			label: element.dataset.label,
			title: element.querySelector('title').textContent,
			rect: element.querySelector('rect'),
			text: element.querySelector('text'),
		};
	});

	function place(box, x, width) {
		box.rect.setAttribute('x', x);
		box.rect.setAttribute('width', width);
		box.text.setAttribute('x', x + 3);
		const letters = Math.floor((width - 6) / charWidth);
		const cut = box.label.length > letters ? box.label.slice(0, Math.max(letters - 1, 0)) + '…' : box.label;
		box.text.textContent = letters < 2 ? '' : cut;
	}

	function zoom(start, count, depth) {
		for (const box of boxes) {
			const isCaller = box.depth < depth && box.start <= start && box.start + box.count >= start + count;
			const isInside = box.depth >= depth && box.start >= start && box.start + box.count <= start + count;
			box.element.classList.toggle('off', !isCaller && !isInside);
			box.element.classList.toggle('past', isCaller);
			if (isCaller)
				place(box, left, full);
			else if (isInside)
				place(box, left + full * (box.start - start) / count, full * box.count / count);
		}
	}

	function search(words) {
		let found = 0;
		let end = 0;
		for (const box of boxes) {
			const isHit = words !== '' && box.label.toLowerCase().includes(words);
			box.element.classList.toggle('hit', isHit);
			// Boxes come in the order of their start, callers first: what is inside of a hit is not counted again.
			if (isHit && box.start >= end) {
				found += box.count;
				end = box.start + box.count;
			}
		}
		detail.textContent = words === '' ? '' : 'found in ' + found + ' of ' + total;
	}

	for (const box of boxes) {
		box.element.addEventListener('click', function () { zoom(box.start, box.count, box.depth); });
		box.element.addEventListener('mouseover', function () { detail.textContent = box.title; });
	}
	document.getElementById('reset').addEventListener('click', function () { zoom(0, total, 0); });
	document.getElementById('search').addEventListener('click', function () {
		const words = window.prompt('Part of a function or file name', '');
		if (words !== null)
			search(words.trim().toLowerCase());
	});
})();
