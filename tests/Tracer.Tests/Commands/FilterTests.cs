// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Commands;

/// <summary>Every filter reaches the daemon as it was meant.</summary>
public sealed class FilterTests
{
    public static TheoryData<string, string> Filters => new()
    {
        { "--pid 1 --pid 2,3", """{ "pids": [ 1, 2, 3 ] }""" },
        { "-p 7", """{ "pids": [ 7 ] }""" },
        { "--pid 7,7", """{ "pids": [ 7 ] }""" },
        { "--comm nginx,php-fpm7.4", """{ "comms": [ "nginx", "php-fpm7.4" ] }""" },
        { "-n @sd", """{ "comms": [ "@sd" ] }""" },
        { "--port 80,443 --lport 1 --rport 65535", """{ "ports": [ 80, 443 ], "localPorts": [ 1 ], "remotePorts": [ 65535 ] }""" },
        { "--peer 10.1.2.3", """{ "peers": [ "10.1.2.3" ] }""" },
        { "--peer 10.1.2.3/8", """{ "peers": [ "10.0.0.0/8" ] }""" },
        { "--peer 10.1.2.3/31,0.0.0.0/0", """{ "peers": [ "10.1.2.2/31", "0.0.0.0/0" ] }""" },
        { "--peer 2001:DB8::1/33", """{ "peers": [ "2001:db8::/33" ] }""" },
        { "--state close-wait,LAST_ACK,fin-wait-1,closed", """{ "states": [ "TCP_STATE_CLOSE_WAIT", "TCP_STATE_LAST_ACK", "TCP_STATE_FIN_WAIT1", "TCP_STATE_CLOSE" ] }""" },
        { "--min-age 500ms", """{ "minAge": "0.500s" }""" },
        { "--min-age 1.5h", """{ "minAge": "5400s" }""" },
        { "--netns 4026531840,net:[4026532000]", """{ "netns": [ 4026531840, 4026532000 ] }""" },
        { "--cgroup /system.slice/apache2.service", """{ "cgroups": [ "/system.slice/apache2.service" ] }""" },
        { "--direction in,OUTBOUND", """{ "directions": [ "DIRECTION_INBOUND", "DIRECTION_OUTBOUND" ] }""" },
        { "--family 4,inet6", """{ "families": [ "FAMILY_IPV4", "FAMILY_IPV6" ] }""" },
        { "--verdict never-accepted,EOF_NOT_READ --verdict Half-Close-In-Use", """{ "verdicts": [ "VERDICT_NEVER_ACCEPTED", "VERDICT_EOF_NOT_READ", "VERDICT_HALF_CLOSE_IN_USE" ] }""" },
        { "", "{ }" },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task A_filter_of_list_reaches_the_daemon(string arguments, string filter)
    {
        var service = new FakeService();
        await using FakeHost host = await FakeHost.StartAsync(service);
        CommandRun run = await CommandRun.AtAsync(host, ["list", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.Equal("", run.Error);
        Assert.Equal(filter, Assert.Single(service.Requests.OfType<ListCloseWaitsRequest>()).Filter.ToString());
    }

    [Fact]
    public async Task Several_states_are_a_filter_of_transitions()
    {
        FakeService service = new FakeService().Say(Samples.Started(), Samples.Changes(Samples.Finished()));
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "watch", "--state", "close-wait,close", "--count", "1");
        Assert.Equal(
            """{ "states": [ "TCP_STATE_CLOSE_WAIT", "TCP_STATE_CLOSE" ] }""",
            Assert.Single(service.Requests.OfType<WatchTransitionsRequest>()).Filter.ToString());
    }

    [Theory]
    [InlineData("--state", "close-wait")]
    [InlineData("--close-waits")]
    [InlineData("--close-waits", "--state", "CLOSE_WAIT")]
    public async Task Watching_close_waits_does_not_filter_their_exits_away(params string[] arguments)
    {
        FakeService service = new FakeService().Say(Samples.Changes(Samples.Change(CloseWaitChange.Types.Kind.Entered, Samples.Existing())));
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, ["watch", .. arguments, "--count", "1", "--port", "443"]);
        Assert.Equal("""{ "ports": [ 443 ] }""", Assert.Single(service.Requests.OfType<WatchCloseWaitsRequest>()).Filter.ToString());
    }

    [Fact]
    public async Task Sockets_that_ended_with_an_open_descriptor_are_asked_for_by_name()
    {
        var service = new FakeService();
        await using FakeHost host = await FakeHost.StartAsync(service);
        await CommandRun.AtAsync(host, "list", "--left-open");
        Assert.True(Assert.Single(service.Requests.OfType<ListCloseWaitsRequest>()).IncludeLeftOpen);
    }
}
