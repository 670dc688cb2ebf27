parent.postMessage({ strongroom: 'ready' }, '*');
