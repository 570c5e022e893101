// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Php;

/// <summary>The command line interpreter of PHP, blocked in a read.</summary>
public sealed class PhpCommandLineTests
{
    private const string Interpreter = "/usr/bin/php";

    [Theory]
    [InlineData("opcache.enable_cli=0")]
    [InlineData("opcache.enable_cli=1")]
    public void A_blocked_read_names_the_functions_and_lines_that_led_to_it(string setting)
    {
        string source = TestData.Target("leak.php");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(Interpreter, "-d", setting, source, $"{peer.Port}");

        List<CodeFrame> frames = PhpTarget.FramesIn("fread", () => target.Pid, out string name, out InterpreterLayout layout);

        string version = TargetProgram.Run(Interpreter, "-n", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION, '.', PHP_RELEASE_VERSION;");
        Assert.Equal($"PHP {version} (cli)", name);
        Assert.Equal((InterpreterRoot.Address, 0ul, 0ul), (layout.RootKind, layout.RequestMethod, layout.RequestUri));
        Assert.Equal(PhpTarget.LeakFrames(source), frames);
        peer.CloseConnections();
        Assert.Equal("ready", target.ReadLine());
    }

    [Theory]
    [InlineData("opcache.enable_cli=0", "opcache.jit=disable")]
    [InlineData("opcache.enable_cli=1", "opcache.jit=disable")]
    [InlineData("opcache.enable_cli=1", "opcache.jit=function")]
    public void Closures_generators_traits_magic_calls_fibers_and_included_code_are_named(string cache, string compiler)
    {
        string source = TestData.Target("frames.php");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start(Interpreter, "-d", cache, "-d", "opcache.jit_buffer_size=8M", "-d", compiler, source, $"{peer.Port}");
        Assert.Equal("ready", target.ReadLine());

        List<CodeFrame> frames = PhpTarget.FramesIn("fread", () => target.Pid, out _, out _);

        string Line(string text) => TestData.LineOf(source, text).ToString(CultureInfo.InvariantCulture);
        Assert.Equal(
            [
                "fread:0",
                $@"App\Data\User::open:{Line("return fread(")}",
                $@"App\Data\Model::find:{Line("(new static())->open(")}",
                $@"App\Data\items:{Line("yield User::find")}",
                $@"App\Data\Proxy::__call:{Line("foreach (items(")}",
                $@"App\Data\{{closure}}:{Line("->anything($value)")}",
                "array_map:0",
                $@"App\Data\{{closure}}:{Line("array_map(function")}",
                "{main}:4",
                "{closure}:1",
                "Fiber::start:0",
                "{main}:1",
                $"{{main}}:{Line("eval('(new")}",
            ],
            frames.Select(frame => $"{frame.Function}:{frame.Line}"));
        Assert.Contains("eval()'d code", frames[^2].File, StringComparison.Ordinal);
        peer.CloseConnections();
    }
}
