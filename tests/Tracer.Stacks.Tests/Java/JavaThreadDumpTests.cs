// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net.Sockets;
using Tracer.Stacks.Java;
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

public sealed class JavaThreadDumpTests(CompiledClasses classes) : IClassFixture<CompiledClasses>
{
    [Fact]
    public void Without_permission_nothing_is_started_and_nothing_is_left()
    {
        using JavaTarget target = JavaTarget.Start(classes, "");
        JavaThreadDump dump = TakeWhenUp(target, mayStartListener: false);
        Assert.Equal(JavaThreadDumpStatus.NotListening, dump.Status);
        AssertUndisturbed(target);
    }

    [Fact]
    public void Each_thread_is_found_among_those_of_the_process()
    {
        using JavaTarget target = JavaTarget.Start(classes, "");
        JavaThreadDump dump = TakeWhenUp(target, mayStartListener: true);
        Assert.Equal(JavaThreadDumpStatus.Ok, dump.Status);
        Assert.False(dump.IsTruncated);
        JavaThread main = Assert.Single(dump.Threads, thread => thread.Name == "main");
        Assert.True(Directory.Exists($"/proc/{target.Process.Pid}/task/{main.Tid}"));
        Assert.False(File.Exists($"/tmp/.attach_pid{target.Process.Pid}"));
        // It listens now: no second signal is needed, and without permission it is asked all the same.
        Assert.Equal(JavaThreadDumpStatus.Ok, JavaThreadDump.Take(target.Process, mayStartListener: false).Status);
        AssertUndisturbed(target);
    }

    [Fact]
    public void A_machine_that_may_not_be_attached_to_gets_no_signal_and_is_still_named()
    {
        using JavaTarget target = JavaTarget.Start(classes, "-XX:+DisableAttachMechanism");
        JavaThreadDump dump = TakeWhenUp(target, mayStartListener: true);
        Assert.Equal(JavaThreadDumpStatus.Disabled, dump.Status);

        using ILanguageRuntime runtime = new JavaDetector().Detect(target.Process)!;
        List<CodeFrame> frames = JavaTarget.Eventually(() => FindMain(target, runtime));
        Assert.Equal(["Srv.readSome", "Srv.userRead", "Srv.main"], frames.TakeLast(3).Select(frame => frame.Function));
        // At that signal it would print a dump of all its threads.
        AssertUndisturbed(target);
    }

    [Fact]
    public void A_machine_that_would_die_of_the_signal_gets_none()
    {
        using JavaTarget target = JavaTarget.Start(classes, "-Xrs");
        // With this option it listens from the beginning. Somebody cleaned up /tmp:
        Assert.Equal(JavaThreadDumpStatus.Ok, TakeWhenUp(target, mayStartListener: false).Status);
        File.Delete(string.Create(CultureInfo.InvariantCulture, $"/tmp/.java_pid{target.Process.Pid}"));
        Assert.Equal(JavaThreadDumpStatus.SignalNotCaught, JavaThreadDump.Take(target.Process, mayStartListener: true).Status);
        AssertUndisturbed(target);
    }

    [Fact]
    public void A_machine_of_another_user_answers_to_root()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using JavaTarget target = JavaTarget.Start(classes, new JavaLaunch { User = 65534 });
        Assert.Equal(65534u, target.Process.EffectiveUid);
        Assert.Equal(JavaThreadDumpStatus.Ok, TakeWhenUp(target, mayStartListener: true).Status);
        AssertUndisturbed(target);
    }

    [Fact]
    public void A_socket_of_somebody_else_is_not_talked_to()
    {
        using JavaTarget target = JavaTarget.Start(classes, "");
        string path = string.Create(CultureInfo.InvariantCulture, $"/tmp/.java_pid{target.Process.Pid}");
        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        impostor.Bind(new UnixDomainSocketEndPoint(path));
        impostor.Listen();
        try
        {
            JavaThreadDump dump = JavaThreadDump.Take(target.Process, mayStartListener: false);
            Assert.Equal(JavaThreadDumpStatus.NotListening, dump.Status);
            // The machine puts its own socket in the place of what is there.
            Assert.Equal(JavaThreadDumpStatus.Ok, TakeWhenUp(target, mayStartListener: true).Status);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The launcher maps the library before the machine can say anything.
    private static JavaThreadDump TakeWhenUp(JavaTarget target, bool mayStartListener)
    {
        Assert.Equal("connected", target.ReadLine());
        target.Process.RefreshMappings();
        return JavaThreadDump.Take(target.Process, mayStartListener);
    }

    private static void AssertUndisturbed(JavaTarget target)
    {
        target.ClosePeer();
        Assert.Equal("ready", target.ReadLine());
        Assert.True(target.Process.IsAlive());
    }

    private static List<CodeFrame>? FindMain(JavaTarget target, ILanguageRuntime runtime)
    {
        var walker = new JavaStackWalker(target.Process, runtime);
        return walker.Threads().Select(walker.Walk)
            .FirstOrDefault(frames => frames.Count > 0 && frames[^1].Function == "Srv.main" && frames[0].Function == "sun.nio.ch.SocketDispatcher.read0");
    }
}
