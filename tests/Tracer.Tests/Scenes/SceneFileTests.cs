// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Scenes;

namespace Tracer.Tests.Scenes;

public sealed class SceneFileTests
{
    private const int Limit = 64 * 1024;

    private readonly MemoryStream _stream = new();
    private readonly Random _random = new(4711);

    [Fact]
    public void Items_are_read_back_in_order_and_the_end_counts_them()
    {
        using (var file = new SceneFile(_stream, Limit))
        {
            file.Write(new SceneItem { Header = new SceneHeader { Format = 1, Host = "h" } });
            file.Write(new SceneItem { Stack = new Stack { StackId = 9 } });
            file.Write(Socket(1));
            file.Write(Socket(2));
            file.Finish();
        }
        List<SceneItem> items = Read();
        Assert.Equal(
            [SceneItem.ItemOneofCase.Header, SceneItem.ItemOneofCase.Stack, SceneItem.ItemOneofCase.Socket, SceneItem.ItemOneofCase.Socket, SceneItem.ItemOneofCase.End],
            items.Select(item => item.ItemCase));
        Assert.Equal(new SceneEnd { Sockets = 2 }, items[^1].End);
    }

    [Fact]
    public void What_is_beyond_the_limit_is_omitted_and_counted()
    {
        const int sockets = 5000;
        using (var file = new SceneFile(_stream, Limit))
        {
            file.Write(new SceneItem { Header = new SceneHeader { Format = 1 } });
            for (uint cookie = 1; cookie <= sockets; cookie++)
            {
                file.Write(new SceneItem { Stack = new Stack { StackId = cookie } });
                file.Write(Socket(cookie));
            }
            file.Finish();
        }
        Assert.InRange(_stream.Length, Limit * 95 / 100, Limit);
        List<SceneItem> items = Read();
        SceneEnd end = items[^1].End;
        Assert.Equal((ulong)items.Count(item => item.ItemCase == SceneItem.ItemOneofCase.Socket), end.Sockets);
        Assert.Equal((ulong)sockets, end.Sockets + end.SocketsOmitted);
        Assert.InRange(end.Sockets, 100ul, sockets - 100ul);
        // Those that are there are the first, each with its stack.
        Assert.Equal(Enumerable.Range(1, (int)end.Sockets).Select(cookie => (ulong)cookie), items.Where(item => item.Socket is not null).Select(item => item.Socket.Cookie));
        Assert.Equal(0ul, end.OthersOmitted);
    }

    [Fact]
    public void A_finding_that_is_too_large_does_not_keep_the_next_one_out()
    {
        var random = new byte[Limit * 2];
        _random.NextBytes(random);
        using (var file = new SceneFile(_stream, Limit))
        {
            file.Write(new SceneItem { Finding = new Finding { Id = "a", Headline = Convert.ToBase64String(random) } });
            file.Write(new SceneItem { Finding = new Finding { Id = "b" } });
            file.Finish();
        }
        List<SceneItem> items = Read();
        Assert.Equal("b", items[0].Finding.Id);
        Assert.Equal(new SceneEnd { OthersOmitted = 1 }, items[1].End);
    }

    [Fact]
    public void Text_of_a_target_cannot_leave_its_string_or_steer_a_terminal()
    {
        const string hostile = "a\"}\n{\"end\":{}}\u001b[2J\u202e\u0085\u2028";
        using (var file = new SceneFile(_stream, Limit))
        {
            file.Write(new SceneItem { Socket = new SocketRecord { Cgroup = hostile } });
            file.Finish();
        }
        Assert.Equal(hostile, Read()[0].Socket.Cgroup);
        using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(_stream.ToArray()), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        string text = reader.ReadToEnd();
        Assert.Equal(2, text.Count(c => c == '\n'));
        Assert.DoesNotContain(text, c => c != '\n' && c is < ' ' or > '~');
    }

    [Fact]
    public void Text_that_was_cut_within_a_character_is_repaired()
    {
        using (var file = new SceneFile(_stream, Limit))
        {
            file.Write(new SceneItem { Finding = new Finding { Headline = "a\ud83d" } });
            file.Finish();
        }
        Assert.Equal("a\ufffd", Read()[0].Finding.Headline);
    }

    private List<SceneItem> Read() => SceneReading.Read(new MemoryStream(_stream.ToArray()));

    private SceneItem Socket(uint cookie) => new()
    {
        Socket = new SocketRecord { Cookie = cookie, RemotePort = (uint)_random.Next(), BytesReceived = (ulong)_random.NextInt64(), RemoteAddress = "192.0.2.1" },
    };
}
