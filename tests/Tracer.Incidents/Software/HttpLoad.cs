// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Incidents.Software;

/// <summary>Requests of somebody who keeps no connection.</summary>
internal static class HttpLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<string> Get(int port, string path, int expectedStatus = 200)
    {
        using HttpClient client = new() { Timeout = Patience };
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri($"http://127.0.0.1:{port}{path}"));
        request.Headers.ConnectionClose = true;
        using HttpResponseMessage response = await client.SendAsync(request);
        string answer = await response.Content.ReadAsStringAsync();
        return (int)response.StatusCode == expectedStatus ? answer : throw new HttpRequestException($"{path}: {(int)response.StatusCode} {answer}");
    }

    /// <summary>So many at the same time.</summary>
    public static Task<string[]> GetAtOnce(int count, int port, string path) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Get(port, path)));
}
