/** The end of a flow that is measured: counts the message and is done with it. */
module.exports = (RED) => {
  const count = RED.settings.benchCount;

  function BenchSink(config) {
    RED.nodes.createNode(this, config);
    this.on('input', (_message, _send, done) => {
      count();
      done();
    });
  }

  RED.nodes.registerType('bench-sink', BenchSink);
};
