// SPDX-License-Identifier: Apache-2.0
using System.Threading.Channels;
using Tracer.Output;
using Tracer.Output.Top;

namespace Tracer.Tests.Output.Top;

public sealed class TerminalTests
{
    private const string Entered = "\e[?1049h\e[?25l";
    private const string Left = "\e[?25h\e[?1l\e>\e[?1049l";

    [Fact]
    public void The_screen_is_taken_with_the_first_frame_and_given_back_once()
    {
        using var output = new StringWriter();
        using (Terminal terminal = Open(output))
        {
            Assert.Equal("", output.ToString());
            terminal.Draw(["one", "two"]);
            terminal.Leave();
            terminal.Draw(["too late"]);
        }
        string written = output.ToString();
        Assert.StartsWith(Entered, written, StringComparison.Ordinal);
        Assert.EndsWith(Left, written, StringComparison.Ordinal);
        Assert.Single(written.Split(Left)[..^1]);
        Assert.DoesNotContain("too late", written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_is_erased_before_it_is_written_so_that_its_last_character_stays()
    {
        using var output = new StringWriter();
        using Terminal terminal = Open(output);
        terminal.Draw(["one", "two", "three"]);
        Assert.EndsWith("\e[H\e[Kone\r\n\e[Ktwo\r\n\e[Jthree", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_screen_that_was_never_drawn_is_not_restored()
    {
        using var output = new StringWriter();
        Open(output).Dispose();
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void After_a_stop_the_next_frame_takes_the_screen_again()
    {
        using var output = new StringWriter();
        using Terminal terminal = Open(output);
        terminal.Draw(["one"]);
        terminal.Suspend();
        terminal.Draw(["two"]);
        Assert.Equal(2, output.ToString().Split(Entered).Length - 1);
        Assert.Equal(1, output.ToString().Split(Left).Length - 1);
    }

    [Fact]
    public void A_terminal_that_is_gone_is_left_without_a_word()
    {
        using var output = new GoneWriter();
        Terminal terminal = Open(output);
        Assert.Throws<OutputClosedException>(() => terminal.Draw(["one"]));
        terminal.Dispose();
    }

    private static Terminal Open(TextWriter output) =>
        new(output, () => (80, 24), Channel.CreateUnbounded<ConsoleKeyInfo>().Reader);

    private sealed class GoneWriter : StringWriter
    {
        public override void Flush() => throw new OutputClosedException();
    }
}
