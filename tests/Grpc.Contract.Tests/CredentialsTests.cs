// SPDX-License-Identifier: Apache-2.0
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Xunit;
using Behaviour = Grpc.Contract.Tests.Echo.EchoRequest.Types.Behaviour;

namespace Grpc.Contract.Tests;

/// <summary>Client and server learn from the contract types who the other side is.</summary>
public sealed class CredentialsTests
{
    [Fact]
    public async Task Certificate_of_the_client_is_its_identity()
    {
        await using MutualTlsHost host = await MutualTlsHost.StartAsync();

        EchoResponse response = await host.Client.UnaryAsync(
            new EchoRequest { Behaviour = Behaviour.TellContext }, cancellationToken: TestDeadline.Token);

        Assert.Contains("authenticated True; identity x509_subject_alternative_name=client.test", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_credentials_add_their_headers()
    {
        await using EchoHost host = await EchoHost.StartAsync(Transport.Tcp, client: client => client.UnsafeUseInsecureChannelCallCredentials = true);
        var options = new CallOptions(
            cancellationToken: TestDeadline.Token, credentials: new TokenCredentials("echo-token", "secret"));

        using AsyncUnaryCall<EchoResponse> call = host.Client.UnaryAsync(new EchoRequest { Behaviour = Behaviour.EchoMetadata }, options);
        await call;

        Assert.Equal("secret for Unary", call.GetTrailers().GetValue("echo-token"));
    }

    private sealed class TokenCredentials(string header, string token) : CallCredentials
    {
        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, AddTokenAsync);

        private Task AddTokenAsync(AuthInterceptorContext context, Metadata metadata)
        {
            metadata.Add(header, $"{token} for {context.MethodName}");
            return Task.CompletedTask;
        }
    }
}
