// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Tracer.Api;
using Tracer.Attribution;
using Tracer.Scenes;
using Tracer.Wire;

namespace Tracer.Tests.Scenes;

public sealed class SceneGaugeTests
{
    private const ulong Second = 1_000_000_000;
    private static readonly ProcessKey Orders = new(27440, 1);
    private static readonly ProcessKey Other = new(27441, 1);

    private readonly EventHub _hub = new();
    private readonly GaugeFacts _facts = new();
    private readonly List<ListenerFacts> _listeners = [];

    [Fact]
    public void Sockets_in_close_wait_are_counted_of_the_host_and_of_each_process()
    {
        Enter(1, Orders);
        Enter(2, Orders);
        Enter(3, Other);
        SceneGauge gauge = Gauge("close_wait > 1", "close_wait > 1 per process");
        gauge.Measure();
        Assert.Equal([(SceneSubject.Host, 3)], Values(gauge, "close_wait > 1"));
        Assert.Equal([(SceneSubject.Of(Orders), 2), (SceneSubject.Of(Other), 1)], Values(gauge, "close_wait > 1 per process"));
        Assert.Equal(0, _facts.DescriptorReads);
    }

    [Fact]
    public void Growth_is_of_sockets_that_stay()
    {
        SceneGauge gauge = Gauge("growth > 1/min", "growth > 1/min per process");
        gauge.Measure();
        Enter(1, Orders);
        Enter(2, Other);
        gauge.Measure();
        Assert.Equal([(SceneSubject.Host, 0)], Values(gauge, "growth > 1/min"));
        _facts.Now += 3 * Second;
        gauge.Measure();
        Assert.Equal([(SceneSubject.Host, 2)], Values(gauge, "growth > 1/min"));
        Assert.Equal([(SceneSubject.Of(Orders), 1), (SceneSubject.Of(Other), 1)], Values(gauge, "growth > 1/min per process"));
    }

    [Fact]
    public void A_crowd_that_has_just_come_is_young_until_most_of_it_has_stayed()
    {
        SceneGauge gauge = Gauge("close_wait > 1");
        Assert.False(gauge.IsCrowdYoung());
        Enter(1, Orders);
        Enter(2, Orders);
        Assert.True(gauge.IsCrowdYoung());
        _facts.Now += 3 * Second;
        Enter(3, Orders);
        Assert.False(gauge.IsCrowdYoung());
    }

    [Fact]
    public void Descriptors_are_those_of_holders_with_a_known_limit()
    {
        Enter(1, Orders);
        Enter(2, Other);
        _facts.Descriptors[Orders] = new DescriptorFacts(832, 1000);
        _facts.Descriptors[Other] = new DescriptorFacts(50, 0);
        _facts.Descriptors[new ProcessKey(1, 1)] = new DescriptorFacts(1000, 1000);
        SceneGauge gauge = Gauge("fd_share > 80%");
        gauge.Measure();
        Assert.Equal([(SceneSubject.Of(Orders), 83.2)], Values(gauge, "fd_share > 80%"));
    }

    [Fact]
    public void A_holder_that_could_not_be_read_in_time_keeps_its_value()
    {
        Enter(1, Orders);
        _facts.Descriptors[Orders] = new DescriptorFacts(900, 1000);
        SceneGauge gauge = Gauge("fd_share > 80%");
        gauge.Measure();
        _facts.Descriptors.Clear();
        gauge.Measure();
        Assert.Equal([(SceneSubject.Of(Orders), 90)], Values(gauge, "fd_share > 80%"));
    }

    [Fact]
    public void Queues_are_those_of_all_listeners_that_a_scan_saw()
    {
        _listeners.AddRange([Listener(1, 80, 129, 128), Listener(2, 81, 0, 128), Listener(3, 82, 1, 0), Listener(4, 0, 5, 5)]);
        SceneGauge gauge = Gauge("listen_queue > 90%");
        gauge.Measure();
        Assert.True(gauge.NeedsScans);
        Assert.Equal([100.8, 0, 100], Values(gauge, "listen_queue > 90%").Select(value => Math.Round(value.Value, 1)));
        Assert.False(Gauge("fd_share > 80%").NeedsScans);
    }

    [Theory]
    [InlineData("close_wait > 500", 512, "close_wait > 500: 512")]
    [InlineData("growth > 50/min", 61.26, "growth > 50/min: 61.3/min")]
    public void A_reason_has_the_value_of_the_host(string condition, double value, string expected) =>
        Assert.Equal(expected, Describe((condition, SceneSubject.Host, value)));

    [Fact]
    public void A_reason_names_the_process_whatever_it_calls_itself()
    {
        _facts.Comms[Orders] = "orders";
        _facts.Comms[Other] = "\e[2J\nx";
        Assert.Equal("fd_share > 80%: 83.2% of orders(27440)", Describe(("fd_share > 80%", SceneSubject.Of(Orders), 83.2)));
        Assert.Equal("fd_share > 80%: 83.2% of ?[2J?x(27441)", Describe(("fd_share > 80%", SceneSubject.Of(Other), 83.2)));
        Assert.Equal("fd_share > 80%: 83.2% of process(5)", Describe(("fd_share > 80%", SceneSubject.Of(new ProcessKey(5, 1)), 83.2)));
    }

    [Fact]
    public void A_reason_names_the_listener_and_its_queue()
    {
        _listeners.Add(Listener(1, 8080, 129, 128));
        Assert.Equal(
            "listen_queue > 90%: 100.8% of 0.0.0.0:8080, 129/128",
            Describe(("listen_queue > 90%", SceneSubject.Of(new SocketKey(1, 1)), 100.78)));
    }

    [Fact]
    public void A_reason_does_not_grow_with_the_number_of_processes()
    {
        var crossings = Enumerable.Range(1, 100).Select(pid => ("close_wait > 1 per process", SceneSubject.Of(new ProcessKey((uint)pid, 1)), 2.0)).ToArray();
        Assert.EndsWith("2 of process(4); and 96 more", Describe(crossings), StringComparison.Ordinal);
    }

    private SceneGauge Gauge(params string[] conditions) => new([.. conditions.Select(Parse)], _hub, _facts, () => _listeners);

    private static IEnumerable<(SceneSubject Subject, double Value)> Values(SceneGauge gauge, string condition) =>
        gauge.Of(Parse(condition))!.Select(value => (value.Key, value.Value)).OrderBy(value => value.Key.Process.Pid).ThenBy(value => value.Key.Listener.Cookie);

    private string Describe(params (string Condition, SceneSubject Subject, double Value)[] crossings) => SceneReasons.Describe(
        [.. crossings.Select(one => new SceneCrossing(Parse(one.Condition), one.Subject, one.Value))], _facts, _listeners);

    private static SceneCondition Parse(string text) => SceneCondition.Parse(text, out string problem) ?? throw new ArgumentException(problem);

    private void Enter(ulong cookie, ProcessKey holder)
    {
        TrackedSocket socket = new()
        {
            Key = new SocketKey(cookie, 1),
            InCloseWait = true,
            EnterKtimeNs = _facts.Now,
            Holders = [new DescriptorHolder(holder, 3, default)],
        };
        _hub.PublishSocket(LedgerChangeKind.Entered, in socket);
    }

    private static ListenerFacts Listener(ulong cookie, ushort port, uint length, uint limit)
    {
        WireAddress address = default;
        IPAddress.Any.MapToIPv6().GetAddressBytes().CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new Span<WireAddress>(ref address)));
        return new ListenerFacts { Cookie = cookie, Netns = 1, LocalAddress = address, LocalPort = port, QueueLength = length, QueueLimit = limit };
    }
}
