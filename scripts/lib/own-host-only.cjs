/**
 * Answers no page but our own. A page of somebody else may give its own name the address of this machine (DNS
 * rebinding), and a browser then lets it read and deploy whatever listens here; but it has to say its name.
 */
const http = require('node:http');

/** `port` is where Node-RED will listen. To be called before it makes its server. */
module.exports = function answerOwnHostOnly(port) {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const hosts = new Set(
    names.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]),
  );
  const isOwn = ({ headers }) =>
    hosts.has(headers.host) &&
    (headers.origin === undefined || hosts.has(headers.origin.replace(/^http:\/\//, '')));

  const { createServer } = http;
  http.createServer = (...options) => {
    const server = createServer(...options);
    const { emit } = server;
    // before anybody else hears of it, WebSockets included
    server.emit = function (event, request, answer, ...rest) {
      const isAsked = event === 'request' || event === 'upgrade';
      if (!isAsked || isOwn(request)) return emit.call(this, event, request, answer, ...rest);
      if (event === 'upgrade') answer.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      else answer.writeHead(403).end(`Only http://127.0.0.1:${port} is answered.\n`);
      return true;
    };
    return server;
  };
};
