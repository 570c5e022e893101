// SPDX-License-Identifier: Apache-2.0
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

public sealed class ColorTests
{
    [Theory]
    [InlineData(true, null, "xterm", null, true)]
    [InlineData(true, "1", "xterm", null, false)]
    [InlineData(true, "", "xterm", null, true)]
    [InlineData(true, null, "dumb", null, false)]
    [InlineData(false, null, "xterm", null, false)]
    [InlineData(false, null, "xterm", "auto", false)]
    [InlineData(true, null, "xterm", "auto", true)]
    [InlineData(true, null, "xterm", "never", false)]
    [InlineData(false, null, "xterm", "always", true)]
    [InlineData(true, "1", "dumb", "always", true)]
    public async Task Colours_follow_flag_environment_and_terminal(bool isTerminal, string? noColor, string term, string? flag, bool isColored)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Sockets = [Samples.PooledConnection()] });
        string[] arguments = flag is null ? ["list"] : ["list", "--color", flag];
        CommandRun run = await CommandRun.AtAsync(
            host,
            context => context with
            {
                OutIsTerminal = isTerminal,
                Environment = name => name switch { "NO_COLOR" => noColor, "TERM" => term, _ => null },
            },
            arguments);
        Assert.Equal(isColored, run.Out.Contains('\e'));
    }
}
