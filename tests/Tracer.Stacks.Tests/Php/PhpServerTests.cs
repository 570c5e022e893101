// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Php;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;
using Xunit;

namespace Tracer.Stacks.Tests.Php;

/// <summary>PHP in web servers, blocked in a read inside a request.</summary>
public sealed class PhpServerTests
{
    [Fact]
    public void A_worker_of_fpm_names_its_script_and_its_request()
    {
        using PhpServer server = PhpServer.Fpm();
        Check(server, "fpm-fcgi");
    }

    [Fact]
    public void Apache_with_mod_php_names_its_script_and_its_request()
    {
        using PhpServer server = PhpServer.Apache();
        Check(server, "apache2handler");
    }

    [Fact]
    public void Main_code_is_not_named_after_the_end_of_its_request()
    {
        using PhpServer server = PhpServer.Fpm();
        using var peer = new SilentPeer();
        server.Request(peer.Port);
        PhpTarget.FramesIn("fread", server.Worker, out _, out _);
        using TargetProcess process = ScriptTarget.Open(server.Worker()!.Value)!;
        ILanguageRuntime runtime = new PhpDetector().Detect(process)!;
        List<InterpreterFrame> frames = InterpreterWalk.Frames(process, runtime.Layout!, 0, out _);

        peer.CloseConnections();
        PhpTarget.UntilIdle(process, runtime.Layout!);

        var named = new List<CodeFrame>();
        foreach (InterpreterFrame frame in frames)
            runtime.TryName(frame, named);
        // What is cached or built in is still there, and right; what is gone may be missing, but never wrong.
        Assert.Equal("fread", named[0].Function);
        Assert.Subset(PhpTarget.LeakFrames(server.Script).ToHashSet(), named.ToHashSet());
    }

    private static void Check(PhpServer server, string sapi)
    {
        using var peer = new SilentPeer();
        server.Request(peer.Port);

        List<CodeFrame> frames = PhpTarget.FramesIn("fread", server.Worker, out string name, out InterpreterLayout layout);

        Assert.EndsWith($" ({sapi})", name, StringComparison.Ordinal);
        Assert.Equal(PhpTarget.LeakFrames(server.Script), frames);
        uint pid = server.Worker()!.Value;
        Assert.Equal("GET", PhpTarget.ReadText(pid, layout.RequestMethod));
        // PHP keeps the query elsewhere.
        Assert.Equal("/leak.php", PhpTarget.ReadText(pid, layout.RequestUri));
    }
}
