// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Stacks.Java;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

public sealed class ThreadDumpTextTests
{
    [Fact]
    public void A_thread_of_17_has_its_id_in_hexadecimal()
    {
        JavaThread thread = Assert.Single(Parse("""
            0
            2026-11-21 14:20:00
            Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1deb12u1 mixed mode, sharing):

            "main" #1 prio=5 os_prio=0 cpu=262.36ms elapsed=6.49s tid=0x00007fd218017f40 nid=0x345d runnable  [0x00007fd21e11e000]
               java.lang.Thread.State: RUNNABLE
                at sun.nio.ch.SocketDispatcher.read0(java.base@17.0.15/Native Method)
                at java.net.Socket$SocketInputStream.read(java.base@17.0.15/Socket.java:966)
                - locked <0x000000062a8a3f60> (a java.lang.Object)
                at Srv$$Lambda$14/0x0000000800c03000.run(Unknown Source)
                at Srv.main(Srv.java:21)

            JNI global refs: 12, weak refs: 0
            """));
        Assert.Equal("main", thread.Name);
        Assert.Equal(0x345du, thread.NamespaceTid);
        Assert.Equal("RUNNABLE", thread.State);
        Assert.Equal(
            [
                new CodeFrame("sun.nio.ch.SocketDispatcher.read0", "", 0, FrameKind.Java),
                new CodeFrame("java.net.Socket$SocketInputStream.read", "Socket.java", 966, FrameKind.Java),
                new CodeFrame("Srv$$Lambda$14/0x0000000800c03000.run", "", 0, FrameKind.Java),
                new CodeFrame("Srv.main", "Srv.java", 21, FrameKind.Java),
            ],
            thread.Frames);
    }

    [Fact]
    public void A_thread_of_21_has_its_id_in_decimal()
    {
        JavaThread thread = Assert.Single(Parse("0\n\"main\" #1 [13405] prio=5 os_prio=0 cpu=26.6ms elapsed=6.5s tid=0x00007fd2 nid=13405 waiting on condition  [0x00]"));
        Assert.Equal(13405u, thread.NamespaceTid);
        Assert.Empty(thread.State);
    }

    [Fact]
    public void A_name_cannot_give_its_thread_the_id_of_another()
    {
        JavaThread thread = Assert.Single(Parse("0\n\"a\" nid=0x1 \"\u001b[31m\" #9 daemon prio=5 tid=0x00007fd2 nid=0x2 runnable"));
        Assert.Equal(2u, thread.NamespaceTid);
        Assert.DoesNotContain(thread.Name, char.IsControl);
    }

    [Fact]
    public void An_error_is_not_a_dump()
    {
        Assert.False(ThreadDumpText.TryParse("101\nOperation threaddump not recognized!"u8, out List<JavaThread> threads, out string error));
        Assert.Empty(threads);
        Assert.Equal("Operation threaddump not recognized!", error);
        Assert.False(ThreadDumpText.TryParse([], out _, out error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Damaged_dumps_are_read_without_harm()
    {
        byte[] original = Encoding.UTF8.GetBytes("0\n\"main\" #1 prio=5 nid=0x345d runnable\n   java.lang.Thread.State: RUNNABLE\n\tat a.b(c/D.java:12)\n\tat x(\n");
        var random = new Random(1);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. original];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : original[random.Next(original.Length)]);
            ThreadDumpText.TryParse(damaged.AsSpan(0, random.Next(damaged.Length + 1)), out List<JavaThread> threads, out _);
            Assert.All(threads, thread => Assert.DoesNotContain(thread.Name, char.IsControl));
        }
    }

    private static List<JavaThread> Parse(string answer)
    {
        Assert.True(ThreadDumpText.TryParse(Encoding.UTF8.GetBytes(answer), out List<JavaThread> threads, out _));
        return threads;
    }
}
